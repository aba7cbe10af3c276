/* A loopback server that answers Chat Completions at once, or after as many milliseconds as the path says: it stands
 * for an API whose own time is none, so that what is measured is the client.
 *
 *     POST [/after/MS]/v1/chat/completions   a fixed reply of 500 characters, plain or, where asked for, streamed
 *     GET  /counts                           {"requests": ..., "connections": ..., "cpu_us": ...}
 *
 * It prints its port, serves one process's worth of connections with poll(2), and ends when its standard input does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 2048, FIRST = 2, LONGEST_HEAD = 65536 };

typedef struct {
    char *data;        /* what has come of requests that are not answered yet */
    size_t held, room;
    const char *answer; /* what goes out */
    size_t left;
    double due;        /* when the answer may go out; 0 where none waits */
} Connection;

static struct pollfd polled[MOST];
static Connection connections[MOST];
static int count = FIRST;
static long requests, accepted;
static char plain[8192], streamed[32768], counts[512];
static size_t plain_size, streamed_size;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void set_up(void) {
    static const char sentence[] = "The kettle may be returned within thirty days of purchase, with the receipt. ";
    char text[501], body[4096], chunks[16384];
    for (int i = 0; i < 500; i++) text[i] = sentence[i % (sizeof sentence - 1)];
    text[500] = 0;
    static const char usage[] = "\"usage\":{\"prompt_tokens\":321,\"completion_tokens\":107,\"total_tokens\":428,"
        "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,"
        "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
    int size = snprintf(body, sizeof body,
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1760000000,\"model\":\"gpt-5.4-mini\","
        "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null,"
        "\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],%s,\"service_tier\":\"default\","
        "\"system_fingerprint\":\"fp_bench\"}", text, usage);
    plain_size = snprintf(plain, sizeof plain,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\ncontent-length: %d\r\n\r\n%s",
        size, body);
    char *at = chunks;
    static const char head[] = "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
        "\"created\":1760000000,\"model\":\"gpt-5.4-mini\",";
    at += sprintf(at, "%s\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
        "\"finish_reason\":null}]}\n\n", head);
    for (int i = 0; i < 500; i += 20) {
        at += sprintf(at, "%s\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%.20s\"},\"finish_reason\":null}]}\n\n",
                      head, text + i);
    }
    at += sprintf(at, "%s\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", head);
    at += sprintf(at, "%s\"choices\":[],%s}\n\ndata: [DONE]\n\n", head, usage);
    streamed_size = snprintf(streamed, sizeof streamed,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_bench\r\ncontent-length: %zu\r\n\r\n%s",
        (size_t)(at - chunks), chunks);
}

static void hang_up(int i) {
    close(polled[i].fd);
    free(connections[i].data);
    count--;
    polled[i] = polled[count];
    connections[i] = connections[count];
}

/* Send what is due; false where the connection is gone. */
static int speak(int i) {
    Connection *c = &connections[i];
    while (c->left) {
        ssize_t sent = send(polled[i].fd, c->answer, c->left, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) return 0;
            polled[i].events = POLLOUT;
            return 1;
        }
        c->answer += sent;
        c->left -= sent;
    }
    polled[i].events = POLLIN;
    return 1;
}

/* Answer the first request that has come whole; false where the connection is gone. */
static int serve(int i) {
    Connection *c = &connections[i];
    while (!c->left && !c->due) {
        char *end = memmem(c->data, c->held, "\r\n\r\n", 4);
        if (!end) return c->held < LONGEST_HEAD;
        *end = 0;
        char *length = strcasestr(c->data, "\r\ncontent-length:");
        size_t body = length ? strtoul(length + 17, NULL, 10) : 0, whole = end + 4 - c->data + body;
        *end = '\r';
        if (c->held < whole) return 1;
        double delay = 0;
        if (!strncmp(c->data, "GET /counts", 11)) {
            struct rusage used;
            getrusage(RUSAGE_SELF, &used);
            long us = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
            char text[256];
            int size = sprintf(text, "{\"requests\":%ld,\"connections\":%ld,\"cpu_us\":%ld}", requests, accepted, us);
            c->left = sprintf(counts, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", size, text);
            c->answer = counts;
        } else {
            requests++;
            char *after = strstr(c->data, " /after/");
            if (after && after < end) delay = atof(after + 8) / 1000;
            size_t tail = body < 1024 ? body : 1024; /* clients put `stream` after the messages */
            char *from = c->data + whole - tail;
            int wants = memmem(from, tail, "\"stream\":true", 13) || memmem(from, tail, "\"stream\": true", 14);
            c->answer = wants ? streamed : plain;
            c->left = wants ? streamed_size : plain_size;
        }
        c->held -= whole;
        memmove(c->data, c->data + whole, c->held);
        if (delay) {
            c->due = now() + delay;
            polled[i].events = 0;
        } else if (!speak(i)) {
            return 0;
        }
    }
    return 1;
}

/* Take what has come; false where the connection is gone. */
static int hear(int i) {
    Connection *c = &connections[i];
    for (;;) {
        if (c->room - c->held < 65536) {
            c->room = c->room ? c->room * 2 : 131072;
            c->data = realloc(c->data, c->room);
            if (!c->data) return 0;
        }
        ssize_t got = recv(polled[i].fd, c->data + c->held, c->room - c->held - 1, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN)) return 0;
        if (got < 0) break;
        c->held += got;
        c->data[c->held] = 0;
        if (c->held < c->room - 1) break;
    }
    return serve(i);
}

static void take_in(int door) {
    int one = 1, fd;
    while (count < MOST && (fd = accept(door, NULL, NULL)) >= 0) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        polled[count] = (struct pollfd){.fd = fd, .events = POLLIN};
        memset(&connections[count], 0, sizeof connections[count]);
        count++;
        accepted++;
    }
}

/* Let out the answers whose time has come; the milliseconds until the next one, or -1 where none waits. */
static int let_out(void) {
    double least = 0, present = now();
    for (int i = count - 1; i >= FIRST; i--) {
        Connection *c = &connections[i];
        if (!c->due) continue;
        if (c->due <= present) {
            c->due = 0;
            if (!speak(i) || !serve(i)) hang_up(i);
        } else if (!least || c->due < least) {
            least = c->due;
        }
    }
    return least ? (int)((least - present) * 1000) + 1 : -1;
}

int main(void) {
    signal(SIGINT, SIG_IGN); /* whoever started it says when it ends */
    set_up();
    int door = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(door, (struct sockaddr *)&address, size) || listen(door, 1024) ||
        getsockname(door, (struct sockaddr *)&address, &size)) {
        perror("benchmarks/server.c");
        return 1;
    }
    fcntl(door, F_SETFL, O_NONBLOCK);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    polled[0] = (struct pollfd){.fd = 0, .events = POLLIN};
    polled[1] = (struct pollfd){.fd = door, .events = POLLIN};
    for (;;) {
        int wait = let_out();
        if (poll(polled, count, wait) < 0 && errno != EINTR) return 1;
        if (polled[0].revents) return 0;
        for (int i = count - 1; i >= FIRST; i--) {
            short what = polled[i].revents;
            polled[i].revents = 0;
            if (!what) continue;
            int stays = what & POLLOUT ? speak(i) && serve(i) : hear(i);
            if (!stays) hang_up(i);
        }
        if (polled[1].revents) take_in(door);
    }
}
