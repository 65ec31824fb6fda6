# SPDX-License-Identifier: MIT
# What is older than the configuration keeps goes each night, by a timer that catches up.
systemctl start openclaw-prune.service
journalctl -u openclaw-prune.service -o cat --no-pager | grep -q 'texts and .* rows erased'
systemctl start openclaw-prune.timer
systemctl show -p NextElapseUSecRealtime openclaw-prune.timer | grep -q '03:[345]\|04:0'
echo "old texts go at night"
