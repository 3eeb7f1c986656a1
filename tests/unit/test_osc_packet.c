// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// OSC packets as bytes: what is taken, what is refused, and that liblo keeps silent meanwhile.
#include "cm.h"

#include "serve/osc_packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void count_message(void *arg, const struct vy_osc_message *message)
{
    (void)message;
    ++*(int *)arg;
}

static void packets_are_read(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *bytes;
        vy_status status;
        int args;
    } row[] = {
        {4, "/a\0", VY_OK, 0}, // old senders
        {8, "/a\0\0,\0\0", VY_OK, 0},
        {12, "/a\0\0,i\0\0\0\0\0\2", VY_OK, 1},
        {16, "/a\0\0,[i]\0\0\0\0\0\0\0\2", VY_OK, 1},
        {24, "/a\0\0,[s[T]]\0hello\0\0\0\0\0\0\0", VY_SYNTAX, 0}, // four bytes too many
        {20, "/a\0\0,[s[T]]\0hello\0\0\0", VY_OK, 2},
        {12, "/a\0\0,c\0\0\0\0\0x", VY_OK, 1},
        {12, "/a\0\0,ii\0\0\0\0\2", VY_SYNTAX, 0},
        {12, "/a\0\0,s\0\0abcd", VY_SYNTAX, 0},
        {12, "/a\0\0,s\0\0a\0b\0", VY_SYNTAX, 0}, // padding
        {8, "/a\0\0,b\0\0", VY_BAD_ARG, 0},
        {8, "/a\0\0i\0\0\0", VY_SYNTAX, 0},
        {12, "/a\0\0,f\0\0\x7f\x80\0\0", VY_BAD_ARG, 0},
        {4, "a\0\0", VY_SYNTAX, 0},
        {0, "", VY_SYNTAX, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct vy_osc_message message;
        struct vy_err err;
        char *const exact = malloc(row[i].size + 1); // so that checkers see a byte too far
        memcpy(exact, row[i].bytes, row[i].size);
        const vy_status status = vy_osc_message_read(exact, row[i].size, &message, &err);
        if (status != row[i].status || (!status && message.args != row[i].args))
            fail_msg("row %zu: %d, %d arguments", i, status, message.args);
        if (!status && message.args == 2)
            assert_string_equal(message.arg[0].text, "hello");
        free(exact);
    }
}

// Nothing that comes in may make liblo print: every packet cut short, every type, every byte off.
static void packets_make_nothing_printed(void **state)
{
    (void)state;
    char packet[256], spoiled[256];
    struct vy_err err;
    int read = 0, fine = 0;
    FILE *const said = tmpfile();
    assert_non_null(said);
    fflush(NULL);
    const int out = dup(1), bad = dup(2);
    dup2(fileno(said), 1);
    dup2(fileno(said), 2);
    const size_t size = vy_osc_message_write(packet, sizeof packet, "/bass/cutoff", "ifsifs", 1,
                                             2.0, "three", 4, 5.0, "six");
    for (size_t n = 0; n <= size; n++)
        fine += vy_osc_packet_read(packet, n, count_message, &read, &err) == VY_OK;
    for (size_t at = 0; at < size; at++)
        for (int byte = 0; byte < 256; byte++) {
            memcpy(spoiled, packet, size);
            spoiled[at] = (char)byte;
            fine += vy_osc_packet_read(spoiled, size, count_message, &read, &err) == VY_OK;
        }
    fflush(NULL);
    dup2(out, 1);
    dup2(bad, 2);
    close(out);
    close(bad);
    fseek(said, 0, SEEK_END);
    const long printed = ftell(said);
    fclose(said);
    assert_int_equal(size, 52);
    assert_true(read > 1000 && read == fine);
    assert_int_equal(printed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_read),
        cmocka_unit_test(packets_make_nothing_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
