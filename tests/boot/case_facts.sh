# SPDX-License-Identifier: MIT
# The hardened unit sees of the machine what root sees in a shell.
cat >/etc/systemd/system/broken.service <<'UNIT'
[Service]
Type=oneshot
ExecStart=/bin/false
UNIT
sed 's|^ExecStart=.*|ExecStart=/usr/bin/openclaw host --json|' '/etc/systemd/system/openclaw-job@.service' >/etc/systemd/system/facts.service
mkdir -p /etc/systemd/system/facts.service.d
cp '/etc/systemd/system/openclaw-job@morning-briefing.service.d/machine.conf' /etc/systemd/system/facts.service.d/
systemctl daemon-reload
systemctl start broken.service || true
systemctl start facts.service
# Numbers that change with each look.
same() { sed 's/"[0-9]* units"/"n units"/; s/load [0-9.]* of/load n of/' "$1"; }
journalctl -u facts.service -o cat --no-pager | grep '^{' >/tmp/unit
openclaw host --json >/tmp/shell
same /tmp/unit >/tmp/unit.same
same /tmp/shell >/tmp/shell.same
diff /tmp/shell.same /tmp/unit.same
for fact in 'broken.service failed' '/home/data  is 9' 'journal error'; do
  grep -q "$fact" /tmp/unit || {
    echo "the unit does not see: $fact"
    cat /tmp/unit
    exit 1
  }
done
echo "$(wc -l </tmp/unit) readings, the same in the unit and in a shell"
