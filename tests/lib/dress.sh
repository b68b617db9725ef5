# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Turns the merged tree into the host db7: a machine of its own that starts what a small Debian server starts and nothing of
# what else the machine below may carry, with the project installed, and one unit that runs the command asked for.

dress_machine() { # HOST
    local host=$1
    echo db7 >"$host/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 db7\n::1 localhost\n' >"$host/etc/hosts"
    : >"$host/etc/fstab"
    # Never empty: systemd would take this for a first boot and enable all there is.
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$host/etc/machine-id"
    rm -rf "$host/var/log/journal" "$host/etc/breakglass" "$host/var/lib/breakglass"
    # As after an update of packages: system users and the journal's catalog are made anew at boot.
    rm -f "$host/etc/.updated" "$host/var/.updated"
}

dress_services() { # HOST
    local host=$1 units=$1/etc/systemd/system unit
    # What packages enabled lies in these folders, what every Debian has is in /usr: dbus, logind, journald, users' sessions.
    rm -rf "$units"/*.wants "$units"/*.requires "$host"/etc/rc[0-9S].d
    for unit in console-getty.service getty.target systemd-networkd.service systemd-resolved.service \
        systemd-timesyncd.service ldconfig.service systemd-hwdb-update.service; do
        ln -sf /dev/null "$units/$unit"
    done
    mkdir -p "$units/multi-user.target.wants"
    for unit in ssh.service cron.service; do
        ln -sf "/lib/systemd/system/$unit" "$units/multi-user.target.wants/$unit"
    done
}

dress_sshd() { # HOST
    local host=$1
    mkdir -p "$host/etc/ssh/sshd_config.d"
    # Logins that are refused on purpose, or race, must not shut the tests' one address out.
    {
        echo 'UsePAM yes'
        echo 'MaxStartups 500:30:1000'
        echo 'MaxSessions 100'
        # Only OpenSSH from 9.8 on knows the word, and the ones before refuse it.
        if grep -qs PerSourcePenalties "$host/usr/sbin/sshd"; then echo 'PerSourcePenalties no'; fi
    } >"$host/etc/ssh/sshd_config.d/00-tests.conf"
    compgen -G "$host/etc/ssh/ssh_host_*_key" >/dev/null || ssh-keygen -q -A -f "$host"
}

dress_payload() { # HOST STAGE TESTS
    local host=$1
    [[ ! -d $2 ]] || cp -a "$2/." "$host/"
    # A package's trigger does it on a real host; Debian 12 has no unit for it.
    [[ ! -d $host/usr/lib/systemd/catalog ]] || journalctl --update-catalog --root="$host"
    rm -rf "$host/opt/breakglass-tests"
    mkdir -p "$host/opt/breakglass-tests/results"
    cp -r "$3" "$host/opt/breakglass-tests/host"
    chown -R 0:0 "$host/opt/breakglass-tests"
    chmod -R go-w "$host/opt/breakglass-tests"
}

dress_command() { # HOST MODE SECONDS COMMAND…
    local host=$1 mode=$2 seconds=$3 here=/opt/breakglass-tests
    shift 3
    {
        echo '#!/bin/bash'
        echo 'cd /root'
        if [[ $mode == console ]]; then
            # Quiet until now (boot-inside), so that systemd does not talk into the terminal.
            echo 'systemctl log-level info'
        else
            echo "exec >$here/results/stdout 2>$here/results/stderr"
        fi
        printf 'exec'
        printf ' %q' "$@"
        echo
    } >"$host$here/command"
    # The host ends with the command's status. --force: the units of a host that is thrown away need no orderly end.
    cat >"$host$here/after" <<EOF
#!/bin/bash
journalctl --boot --output=short-precise >$here/results/journal 2>&1
case \$EXIT_CODE in exited) status=\$EXIT_STATUS ;; *) status=124 ;; esac
systemctl log-level err
systemctl --force exit "\$status"
EOF
    chmod 0755 "$host$here/command" "$host$here/after"
    cat >"$host/etc/systemd/system/breakglass-tests.service" <<EOF
[Unit]
Description=Runs one command on the throw-away host
After=multi-user.target ssh.service cron.service
Wants=ssh.service cron.service
[Service]
Type=exec
ExecStart=$here/command
ExecStopPost=$here/after
RuntimeMaxSec=$seconds
Environment=HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
EOF
    if [[ $mode == console ]]; then
        cat >>"$host/etc/systemd/system/breakglass-tests.service" <<EOF
Environment=TERM=${TERM:-dumb}
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/console
EOF
    fi
    cat >"$host/etc/systemd/system/breakglass-tests.target" <<EOF
[Unit]
Description=A throw-away host, up, with its one command
Requires=multi-user.target
Wants=breakglass-tests.service
After=multi-user.target
EOF
    ln -sf breakglass-tests.target "$host/etc/systemd/system/default.target"
}
