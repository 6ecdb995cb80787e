/*
 * Preloaded into a server: its time of day is ahead of the machine's by the seconds in a file, which another process may
 * change while it runs. Clocks that measure durations are the machine's. It calls nothing that allocates memory, since an
 * allocator may ask for the time before it works.
 */
struct timespec { long tv_sec; long tv_nsec; };
struct timeval { long tv_sec; long tv_usec; };

extern int open(const char *path, int flags, ...);
extern int close(int file);
extern void *mmap(void *at, unsigned long length, int protection, int flags, int file, long offset);
extern long syscall(long number, ...);

#if defined(__x86_64__)
#define SYS_CLOCK_GETTIME 228
#elif defined(__aarch64__)
#define SYS_CLOCK_GETTIME 113
#endif

#define REALTIME 0
#define REALTIME_COARSE 5
#define READ_ONLY 0
#define PROT_READ 1
#define MAP_SHARED 1

/* One whole number of 64 bits in the server's own folder. */
static volatile long *ahead;

static long seconds_ahead(void) {
  if (!ahead) {
    int file = open("/mnt/clock", READ_ONLY);
    if (file < 0) return 0;
    void *found = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (found == (void *)-1) return 0;
    ahead = found;
  }
  return *ahead;
}

int clock_gettime(int clock, struct timespec *now) {
  int failed = syscall(SYS_CLOCK_GETTIME, clock, now);
  if (!failed && (clock == REALTIME || clock == REALTIME_COARSE)) now->tv_sec += seconds_ahead();
  return failed;
}

int gettimeofday(struct timeval *now, void *zone) {
  struct timespec precise;
  int failed = clock_gettime(REALTIME, &precise);
  if (!failed) {
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
  }
  return failed;
}

long time(long *into) {
  struct timespec now;
  clock_gettime(REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
