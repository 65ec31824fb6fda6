// SPDX-License-Identifier: MIT
#include "sources/tickets.h"

#include <fmt/core.h>

#include "base/text.h"

namespace openclaw::sources {

Item ticket_item(const std::string& source, const Ticket& ticket, base::Time now,
                 const zone::Zone& zone) {
  Item item;
  item.source = source;
  item.kind = "ticket";
  item.key = "ticket:" + source + ":" + ticket.id;
  item.group = base::one_line(ticket.project);
  item.link = base::one_line(ticket.url);
  item.untrusted = true;
  item.at = ticket.updated;
  const auto title = base::one_line(base::valid_utf8(base::prefix_bytes(ticket.title, 200)));
  const auto reference = base::one_line(ticket.reference);
  item.title =
      reference + (reference.empty() ? "" : " ") + (title.empty() ? "(without a title)" : title);
  std::vector<std::string> notes;
  const bool pressing = ticket.priority == "urgent" || ticket.priority == "high";
  if (pressing) notes.push_back(ticket.priority);
  if (ticket.due) {
    const auto days =
        (std::chrono::sys_days(*ticket.due) - std::chrono::sys_days(zone.local(now).date)).count();
    if (days < 0)
      notes.push_back(base::counted(-days, "day") + " overdue");
    else
      notes.push_back(days == 0 ? "due today" : "due " + zone::iso_date(*ticket.due));
    if (days < 0)
      item.severity = ticket.priority == "urgent" ? Severity::critical : Severity::warning;
    if (days == 0) item.severity = Severity::warning;
  } else if (ticket.priority == "urgent") {
    item.severity = Severity::warning;
  }
  if (!notes.empty()) item.title += " (" + base::join(notes, ", ") + ")";
  item.detail = base::one_line(ticket.state);
  if (!ticket.assignees.empty())
    item.detail += "; of " + base::one_line(base::join(ticket.assignees, ", "));
  return item;
}

}  // namespace openclaw::sources
