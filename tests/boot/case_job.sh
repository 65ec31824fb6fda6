# SPDX-License-Identifier: MIT
# The job's own unit writes its briefing; a second start of the slot writes none.
systemctl start 'openclaw-job@morning-briefing.service'
journalctl -u 'openclaw-job@morning-briefing.service' -o cat --no-pager >/tmp/first
grep -q '^1 of 1 sources' /tmp/first
systemctl start 'openclaw-job@morning-briefing.service'
[ "$(journalctl -u 'openclaw-job@morning-briefing.service' -o cat --no-pager | grep -c '^1 of 1 sources')" -eq 1 ]
systemctl start openclaw-recover.service
[ "$(runuser -u openclaw -- openclaw run-job --list | grep -c morning-briefing)" -ge 1 ]
echo "one briefing from two starts and a recovery"
