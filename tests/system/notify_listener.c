// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A service manager's ear: prints what is sent to a datagram socket. usage: notify_listener PATH
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path)
        return 2;
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return 1;
    char text[1024];
    for (ssize_t n; (n = recv(fd, text, sizeof text, 0)) >= 0;) {
        printf("%.*s\n", (int)n, text);
        fflush(stdout);
    }
    return 0;
}
