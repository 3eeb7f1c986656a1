# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Reads meson's testlog.txt (status = meson's exit status, log_file = its name), lists the failed
# cases and ends with "N passed, N failed".

function pass(name) { if (!(name in case_of)) { case_of[name] = "ok"; order[++cases] = name } }

function failed(name) {
    if (!(name in case_of))
        order[++cases] = name
    case_of[name] = "failed"
}

function close_program(    i, bad, n) {
    if (program == "")
        return
    for (i = 1; i <= cases; i++) {
        if (case_of[order[i]] == "failed") {
            bad++
            list[++listed] = program ": " order[i]
        } else if (case_of[order[i]] == "ok") {
            n++
        }
    }
    if (result == "exit status 77" && !cases) {
        skipped++
    } else if (running != "") {
        bad++
        list[++listed] = program ": " running ": " result
    } else if (result != "exit status 0" && !bad) {
        bad++
        list[++listed] = program ": " result
    } else if (result == "exit status 0" && planned > points) {
        bad++
        list[++listed] = program ": ended after " points " of " planned " cases"
    } else if (!cases && !points) {
        n++
    }
    good_total += n
    bad_total += bad
    programs++
}

function open_program(    k) {
    for (k in case_of) delete case_of[k]
    cases = points = planned = 0
    running = ""
    result = "no result"
}

/^=+ +[0-9]+\/[0-9]+ +=+$/ { close_program(); program = ""; open_program(); head = 1; next }
head && /^test: / { sub(/^test: +([^ ]+ \/ )?/, ""); program = $0; next }
head && /^result: / { sub(/^result: +/, ""); result = $0; head = 0; next }
/^Summary of Failures:|^Ok: +[0-9]+ *$/ { close_program(); program = "" }
program == "" { next }

# cmocka
/^\[ RUN      \] / { running = substr($0, 14); next }
/^\[       OK \] / { pass(substr($0, 14)); running = ""; points++; next }
/^\[  FAILED  \] [0-9]+ test\(s\), listed below/ { next }
/^\[  FAILED  \] / { failed(substr($0, 14)); running = ""; points++; next }
/^\[  SKIPPED \] / { running = ""; points++; next }

# TAP
/^1\.\.[0-9]+/ { planned = substr($1, 4) + 0; next }
/^ok( |$)/ {
    points++
    name = tap_name()
    if (toupper($0) !~ /# *SKIP/) pass(name); else skipped_cases++
    next
}
/^not ok( |$)/ {
    points++
    if (toupper($0) !~ /# *(TODO|SKIP)/) failed(tap_name())
    next
}
/^Bail out!/ { failed($0); next }

function tap_name(    name) {
    name = $0
    sub(/^(not )?ok *[0-9]* *-? */, "", name)
    sub(/ *#.*/, "", name)
    return name == "" ? "case " points : (name in case_of) ? name " (" points ")" : name
}

END {
    close_program()
    if (!programs) {
        list[++listed] = "no test ran"
        bad_total++
    } else if (status != 0 && !bad_total) {
        list[++listed] = "meson test ended with status " status
        bad_total++
    }
    for (i = 1; i <= listed; i++)
        print "failed: " list[i]
    if (listed)
        print "log: " log_file
    if (skipped + skipped_cases)
        print skipped + skipped_cases " skipped"
    printf "%d passed, %d failed\n", good_total, bad_total
    exit bad_total > 0
}
