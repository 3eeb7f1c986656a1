# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private sound servers for system tests, sourced. They live in a folder of their own ($pw_room),
# need neither a sound card, nor D-Bus, nor systemd, and see nothing of a desktop that may be running.
#
#   pw_setup ROOM             prepare the folder and the environment (XDG_RUNTIME_DIR and others)
#   pw_start, pw_stop         PipeWire with WirePlumber; may be repeated
#   pw_start_pulse            pipewire-pulse, PipeWire's PulseAudio server
#   pw_sink NAME, pw_unsink   a null sink in stereo; destroy it
#   pulse_start, pulse_stop   the real PulseAudio with the null sink "pnull"
#   pw_down                   end all of them: call it in a trap
#   pw_until SECONDS CMD...   repeat a command until it succeeds

pw_setup() {
    pw_room=$1
    export XDG_RUNTIME_DIR="$pw_room/run" HOME="$pw_room/home" XDG_STATE_HOME="$pw_room/state"
    export XDG_CONFIG_HOME="$pw_room/config" DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent
    export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent
    unset DISPLAY WAYLAND_DISPLAY PULSE_SERVER PULSE_RUNTIME_PATH PIPEWIRE_REMOTE PIPEWIRE_LATENCY PIPEWIRE_QUANTUM
    mkdir -p -m 700 "$XDG_RUNTIME_DIR" "$HOME" "$XDG_STATE_HOME" "$XDG_CONFIG_HOME"
    # WirePlumber ends without D-Bus unless what needs it is switched off
    cp -r /usr/share/wireplumber "$pw_room/wireplumber"
    printf '%s\n' 'alsa_monitor.enabled = false' 'v4l2_monitor.enabled = false' \
        'libcamera_monitor.enabled = false' \
        'default_access.properties["enable-flatpak-portal"] = false' \
        >"$pw_room/wireplumber/main.lua.d/51-private.lua"
    echo 'bluez_monitor.enabled = false' >"$pw_room/wireplumber/bluetooth.lua.d/51-private.lua"
    export WIREPLUMBER_CONFIG_DIR="$pw_room/wireplumber"
    pw_pid='' wp_pid='' pp_pid='' pulse_pid=''
}

pw_until() { # SECONDS COMMAND...
    pw_tries=$(($1 * 10))
    shift
    while ! "$@" >/dev/null 2>&1; do
        pw_tries=$((pw_tries - 1))
        [ "$pw_tries" -gt 0 ] || return 1
        sleep 0.1
    done
}

pw_has_default_access() { pw-cli ls Client 2>/dev/null | grep -q WirePlumber; }

pw_start() {
    pipewire >>"$pw_room/pipewire.log" 2>&1 &
    pw_pid=$!
    pw_until 10 pw-cli info 0 || return 1
    wireplumber >>"$pw_room/wireplumber.log" 2>&1 &
    wp_pid=$!
    pw_until 10 pw_has_default_access && pw_until 10 pw-metadata -n default
}

pw_start_pulse() {
    pipewire-pulse >>"$pw_room/pipewire-pulse.log" 2>&1 &
    pp_pid=$!
    pw_until 10 pactl info
}

pulse_start() {
    pulseaudio -n --daemonize=no --exit-idle-time=-1 --realtime=yes \
        -L 'module-null-sink sink_name=pnull rate=48000 format=float32le channels=2' \
        -L 'module-native-protocol-unix auth-anonymous=1' >>"$pw_room/pulse.log" 2>&1 &
    pulse_pid=$!
    pw_until 10 pactl info
}

pw_end() { # PID
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null
    pw_until 3 pw_gone "$1" || kill -9 "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    return 0
}
pw_gone() { ! kill -0 "$1" || grep -q '^State:.Z' "/proc/$1/status"; }

pw_stop() {
    pw_end "$wp_pid"
    pw_end "$pp_pid"
    pw_end "$pw_pid"
    pw_pid='' wp_pid='' pp_pid=''
}
pulse_stop() { pw_end "$pulse_pid"; pulse_pid=''; }
pw_down() { pw_stop; pulse_stop; }

pw_sink() { # NAME
    pw-cli create-node adapter "{ factory.name=support.null-audio-sink node.name=$1
        node.description=$1 media.class=Audio/Sink object.linger=true audio.position=[ FL FR ] }" \
        >/dev/null && pw_until 10 pw_has_port "$1:playback_FR"
}
pw_has_port() { pw-link -io | grep -qxF "$1"; }
pw_unsink() { pw-cli destroy "$1" >/dev/null; }
