# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Reads objdump -t, -r and -dr of an object; see tools/check-rt. kind: empty for a sealed kernel
# object, else the kind of rule its outside symbols need; roots: further functions to start at.

function hex(text,    i, n) {
    text = tolower(text)
    sub(/^0x/, "", text)
    sub(/^0+/, "", text)
    for (i = 1; i <= length(text); i++)
        n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
    return n + 0
}

# Functions go by section and address: statics of different files may share a name.
function function_at(section, at,    i) {
    if (section == section_here && at >= from_here && at < to_here) # most jumps stay inside
        return inside
    for (i = 1; i <= functions[section]; i++)
        if (at >= start[section, i] && at < end[section, i])
            return section ":" start[section, i]
    return ""
}

# "symbol", "symbol-0x4", ".text+0x12c" -> a function's id, or the name of an outside symbol
function target(text, bias,    plus, base, offset) {
    plus = match(text, /[-+]0x[0-9a-f]+$/)
    base = plus ? substr(text, 1, plus - 1) : text
    if (base !~ /^\./)
        return (base in id_of) ? id_of[base] : base
    offset = plus ? hex(substr(text, plus + 1)) : 0
    return function_at(base, substr(text, plus, 1) == "-" ? -offset : offset + bias)
}

function edge(from, to) {
    if (to != "" && from != to && !((from, to) in known)) {
        known[from, to] = 1
        calls[from] = calls[from] " " to
    }
}

function commit() {
    edge(inside, pending)
    pending = ""
}

function label(id) { return (id in name_of) ? name_of[id] : id }

BEGIN {
    # where struct vy_module (include/veery/module.h, ABI 2) keeps reset and process
    RESET = 112
    PROCESS = 120
    while ((getline line < rules) > 0) {
        split(line, rule, " ")
        if (rule[1] == "init")
            init_only[rule[2]] = 1
        if (rule[1] == "any" || (kind != "" && rule[1] == kind))
            listed[rule[2]] = 1
    }
}

# objdump -t
/^[0-9a-f]+ ....... [^ \t]+\t[0-9a-f]+ / {
    split($0, half, "\t")
    n = split(half[1], left, " ")
    section = left[n]
    split(half[2], right, " ")
    symbol = right[2] == ".hidden" ? right[3] : right[2]
    type = substr(half[1], length(left[1]) + 8, 1)
    if (section == "*UND*")
        outside[symbol] = 1
    else if (type == "F") {
        i = ++functions[section]
        start[section, i] = hex(left[1])
        end[section, i] = hex(left[1]) + hex(right[1])
        last_of[section ":" hex(left[1])] = end[section, i]
        id_of[symbol] = section ":" hex(left[1])
        name_of[section ":" hex(left[1])] = symbol
    } else if (type == "O" && symbol ~ /^vy_module_/ && symbol !~ /^vy_module_table/) {
        descriptor[section, hex(left[1])] = symbol
        descriptors++
        wanted[section, hex(left[1]) + RESET] = symbol " reset"
        wanted[section, hex(left[1]) + PROCESS] = symbol " process"
    }
    next
}

# objdump -r
/^RELOCATION RECORDS FOR \[/ { section = $4; sub(/^\[/, "", section); sub(/\]:$/, "", section); next }
/^[0-9a-f]+ R_/ {
    if ((section, hex($1)) in wanted)
        root[wanted[section, hex($1)]] = target($3, 0)
    next
}

# objdump -dr: a call is known by its relocation, or by its operand when there is none
/^Disassembly of section / { commit(); section = $4; sub(/:$/, "", section); next }
/^[0-9a-f]+ <[^>]+>:$/ {
    commit()
    inside = section ":" hex($1)
    section_here = section
    from_here = hex($1)
    to_here = last_of[inside]
    next
}
/^[ \t]+[0-9a-f]+: R_/ { pending = ""; edge(inside, target($3, 4)); next }
/^ +[0-9a-f]+:\t/ {
    commit()
    if (match($0, /[0-9a-f]+ <[^>]+>/)) {
        split(substr($0, RSTART, RLENGTH), operand, " ")
        pending = function_at(section, hex(operand[1]))
    }
}

END {
    commit()
    if (!descriptors && kind == "") {
        print object ": no module descriptors found (was struct vy_module changed?)"
        exit 1
    }
    for (key in wanted)
        if (root[wanted[key]] == "") {
            print object ": cannot find " wanted[key] " (was struct vy_module changed? see tools/rt-calls.awk)"
            bad = 1
        } else if (!(root[wanted[key]] in from)) {
            from[root[wanted[key]]] = ""
            queue[++last] = root[wanted[key]]
        }
    for (i = split(roots, name, ","); i > 0; i--)
        if (!(name[i] in id_of)) {
            print object ": there is no function " name[i] " to start at (see tools/check-rt)"
            bad = 1
        } else if (!(id_of[name[i]] in from)) {
            from[id_of[name[i]]] = ""
            queue[++last] = id_of[name[i]]
        }
    for (first = 1; first <= last; first++) {
        here = queue[first]
        n = split(calls[here], callee, " ")
        for (i = 1; i <= n; i++) {
            to = callee[i]
            wrong = kind == "" ? (to in init_only) : (to in outside) && !(to in listed)
            if (wrong) {
                path = to
                for (up = here; up != ""; up = from[up])
                    path = label(up) " > " path
                print object ": the audio thread reaches " \
                    (kind == "" ? "an init-only symbol: " : "a symbol that is not listed for it: ") path
                bad = 1
            } else if (!(to in from)) {
                from[to] = here
                queue[++last] = to
            }
        }
    }
    exit bad
}
