/* A Modbus RTU slave by libmodbus on a pty of its own: prints the far end's path, then answers as slave 1 until killed.
   holding[i] = i, input[i] = 1000 + i, coil[i] = i odd, discrete[i] = i divisible by 3; 1000 of each. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#define ITEMS 1000

int main(void)
{
    struct termios raw;
    uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
    int near_end = posix_openpt(O_RDWR | O_NOCTTY);
    if (near_end < 0 || grantpt(near_end) || unlockpt(near_end)) {
        perror("pty");
        return 1;
    }
    const char *path = ptsname(near_end);
    /* Held open: without it the near end hangs up whenever a master closes the port. */
    int far_end = open(path, O_RDWR | O_NOCTTY);
    if (far_end < 0 || tcgetattr(far_end, &raw)) {
        perror(path);
        return 1;
    }
    cfmakeraw(&raw);
    tcsetattr(far_end, TCSANOW, &raw);
    prctl(PR_SET_PDEATHSIG, SIGKILL);

    modbus_t *slave = modbus_new_rtu(path, 115200, 'N', 8, 1);
    modbus_mapping_t *map = modbus_mapping_new(ITEMS, ITEMS, ITEMS, ITEMS);
    if (!slave || !map || modbus_set_slave(slave, 1) || modbus_set_socket(slave, near_end)) {
        fprintf(stderr, "libmodbus: %s\n", modbus_strerror(errno));
        return 1;
    }
    for (int i = 0; i < ITEMS; i++) {
        map->tab_registers[i] = i;
        map->tab_input_registers[i] = 1000 + i;
        map->tab_bits[i] = i % 2;
        map->tab_input_bits[i] = i % 3 == 0;
    }
    puts(path);
    fflush(stdout);
    for (;;) {
        int length = modbus_receive(slave, query);
        if (length > 0)
            modbus_reply(slave, query, length, map);
    }
}
