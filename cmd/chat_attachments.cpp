// SPDX-License-Identifier: MIT
#include "chat_attachments.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "chat_context.h"
#include "jail/jail.h"
#include "tools/tool.h"

namespace openclaw::cmd {
namespace {

constexpr std::size_t most_text = 64u << 10;  // of one document, for a model
constexpr std::size_t most_images = 5;

std::string media_type_of(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return "image/webp";
  if (bytes.starts_with("%PDF-")) return "application/pdf";
  return {};
}

bool is_plain_text(std::string_view bytes) {
  return bytes.find('\0') == std::string_view::npos &&
         base::valid_utf8(std::string(bytes)).size() == bytes.size() &&
         base::valid_utf8(std::string(bytes)) == bytes;
}

std::string shown_name(const chat::Attachment& attachment) {
  const auto name = base::one_line(base::prefix_bytes(attachment.name, 100));
  return name.empty() ? "the " + attachment.kind : "`" + name + "`";
}

class Reader {
 public:
  Reader(const settings::Settings& settings, bool model_sees, const FetchFile& fetch,
         const base::Stop& stop)
      : settings_(settings), model_sees_(model_sees), fetch_(fetch), stop_(stop) {}

  void read(const chat::Attachment& attachment) {
    try {
      if (const auto why = why_unreadable(settings_, attachment); !why.empty())
        return out_.unread.push_back(why);
      const auto bytes =
          fetch_(attachment, static_cast<std::size_t>(settings_.documents.most_bytes));
      if (attachment.kind == "voice") return hear(attachment, bytes);
      const auto type = media_type_of(bytes);
      if (type.starts_with("image/")) return see(attachment, type, bytes);
      if (type == "application/pdf") return read_pdf(attachment, bytes);
      if (is_plain_text(bytes)) return add_text(attachment, bytes, false);
      out_.unread.push_back("I cannot read " + shown_name(attachment) +
                            ": it is no text, no PDF and no picture.");
    } catch (const base::CancelledError&) {
      throw;
    } catch (const base::StorageError&) {
      throw;
    } catch (const base::Error& e) {
      out_.unread.push_back("I could not read " + shown_name(attachment) + ": " +
                            base::one_line(base::prefix_bytes(base::describe(e), 200)) + ".");
    }
  }

  Attached take() { return std::move(out_); }

 private:
  void see(const chat::Attachment& attachment, const std::string& type, const std::string& bytes) {
    if (!model_sees_)
      return out_.unread.push_back("The model here takes no pictures, so I did not look at " +
                                   shown_name(attachment) + ".");
    if (out_.images.size() >= most_images)
      return out_.unread.push_back(
          fmt::format("I look at {} pictures at most; {} was not looked at.", most_images,
                      shown_name(attachment)));
    out_.images.emplace_back(llm::Image{type, bytes});
  }

  /// The program's output; it has the file as its input and nothing else.
  jail::Result program(const std::vector<std::string>& argv,
                       const std::vector<std::string>& readable, base::Millis timeout,
                       const std::string& bytes) const {
    jail::Command command;
    command.argv = argv;
    command.readable = readable;
    command.input = bytes;
    command.timeout = timeout;
    command.drop_stderr = true;
    auto done = jail::run(command, &stop_);
    if (stop_.requested()) throw base::CancelledError("interrupted");
    if (done.timed_out)
      throw base::Error("its program was stopped after " + base::human_duration(timeout));
    if (done.status != 0)
      throw base::Error(fmt::format("its program ended with status {}", done.status));
    done.output = base::valid_utf8(done.output);
    return done;
  }

  void read_pdf(const chat::Attachment& attachment, const std::string& bytes) {
    const auto& documents = settings_.documents;
    if (documents.pdf.empty())
      return out_.unread.push_back("I cannot read PDFs here: no program for them is declared.");
    const auto done = program(documents.pdf, {}, documents.timeout, bytes);
    if (base::trim(done.output).empty())
      return out_.unread.push_back("There is no text in " + shown_name(attachment) + ".");
    add_text(attachment, done.output, done.truncated);
  }

  void hear(const chat::Attachment& attachment, const std::string& bytes) {
    const auto& voice = settings_.voice;
    const std::string words{
        base::trim(program(voice.command, voice.readable, voice.timeout, bytes).output)};
    if (words.empty())
      return out_.unread.push_back("I heard no words in " + shown_name(attachment) + ".");
    bool cut = false;
    out_.spoken += (out_.spoken.empty() ? "" : "\n") + tools::shorten(words, most_text, cut);
  }

  void add_text(const chat::Attachment& attachment, const std::string& text, bool cut) {
    out_.files += fmt::format(
        "{}{}\n{}", out_.files.empty() ? "" : "\n\n",
        attachment.name.empty()
            ? "A file:"
            : "A file, called " + base::one_line(base::prefix_bytes(attachment.name, 100)) + ":",
        fenced("file", tools::shorten(text, most_text, cut)));
  }

  const settings::Settings& settings_;
  bool model_sees_;
  const FetchFile& fetch_;
  const base::Stop& stop_;
  Attached out_;
};

}  // namespace

std::string why_unreadable(const settings::Settings& settings, const chat::Attachment& attachment) {
  const auto most = settings.documents.most_bytes;
  if (attachment.kind != "photo" && attachment.kind != "document" && attachment.kind != "voice")
    return "I cannot read a " + attachment.kind + " here. Please write it.";
  if (attachment.kind == "voice" && settings.voice.command.empty())
    return "I cannot hear a voice note here: no program for it is declared. Please write it.";
  if (attachment.size > most)
    return fmt::format("{} is too large: {} are the most here.", shown_name(attachment),
                       base::human_bytes(static_cast<std::uint64_t>(most)));
  return {};
}

Attached read_attachments(const settings::Settings& settings,
                          const std::vector<chat::Attachment>& attachments, bool model_sees,
                          const FetchFile& fetch, const base::Stop& stop) {
  Reader reader(settings, model_sees, fetch, stop);
  for (const auto& attachment : attachments) reader.read(attachment);
  return reader.take();
}

}  // namespace openclaw::cmd
