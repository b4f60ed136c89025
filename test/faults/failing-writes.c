// Preloaded (LD_PRELOAD) into a process: lets the n-th change of a file under a folder fail, as a full or dying disk would, or the
// n-th piece of memory that SQLite asks for. (Its own limit, PRAGMA hard_heap_limit, does nothing in the build of better-sqlite3,
// which keeps no account of memory.)
// FAULT_FOLDER: the folder. FAULT_CONTROL: a file of seven 64-bit numbers, shared with whoever steers: changes so far, which one is
// to fail (0: none), with which error number, whether all that come after it fail too, how many have failed; pieces of memory so far,
// and which one is to fail (0: none).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

struct control {
  _Atomic int64_t changes, fails_at, error, sticky, failed, pieces, piece_fails_at;
};

static struct control *control;
static char folder[4096];

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULT_CONTROL"), *under = getenv("FAULT_FOLDER");
  if (path == NULL || under == NULL) return;
  snprintf(folder, sizeof folder, "%s/", under);
  int file = open(path, O_RDWR);
  if (file < 0) return;
  void *memory = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory != MAP_FAILED) control = memory;
  close(file);
}

static int is_under(const char *path) { return strncmp(path, folder, strlen(folder)) == 0; }

static int is_open_under(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_under(path);
}

// Whether this change is to fail; errno is then set.
static int fails(void) {
  int64_t number = ++control->changes, at = control->fails_at;
  if (at == 0 || (control->sticky ? number < at : number != at)) return 0;
  control->failed++;
  errno = (int)control->error;
  return 1;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))
#define CHANGES_FILE(name, file, parameters, arguments) \
  parameters {                                          \
    static __typeof__(name) *real;                      \
    if (real == NULL) real = REAL(name);                \
    if (control && is_open_under(file) && fails()) return -1; \
    return real arguments;                              \
  }

CHANGES_FILE(write, file, ssize_t write(int file, const void *bytes, size_t size), (file, bytes, size))
CHANGES_FILE(pwrite, file, ssize_t pwrite(int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at))
CHANGES_FILE(pwrite64, file, ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at))
CHANGES_FILE(fsync, file, int fsync(int file), (file))
CHANGES_FILE(fdatasync, file, int fdatasync(int file), (file))
CHANGES_FILE(ftruncate, file, int ftruncate(int file, off_t size), (file, size))
CHANGES_FILE(ftruncate64, file, int ftruncate64(int file, off64_t size), (file, size))

int rename(const char *from, const char *to) {
  if (control && (is_under(from) || is_under(to)) && fails()) return -1;
  return REAL(rename)(from, to);
}

// Where the compiled part of better-sqlite3 lies, SQLite with it: what is called from there is SQLite's.
static _Atomic uintptr_t sqlite_from, sqlite_to;

static int find_sqlite(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  if (strstr(info->dlpi_name, "better_sqlite3") == NULL) return 0;
  uintptr_t to = 0;
  for (int n = 0; n < info->dlpi_phnum; n++) {
    uintptr_t end = info->dlpi_phdr[n].p_vaddr + info->dlpi_phdr[n].p_memsz;
    if (info->dlpi_phdr[n].p_type == PT_LOAD && end > to) to = end;
  }
  sqlite_to = info->dlpi_addr + to;
  sqlite_from = info->dlpi_addr;
  return 1;
}

static int memory_fails(void *caller) {
  if (control == NULL) return 0;
  if (sqlite_from == 0 && control->piece_fails_at > 0) dl_iterate_phdr(find_sqlite, NULL);
  if (sqlite_from == 0 || (uintptr_t)caller < sqlite_from || (uintptr_t)caller >= sqlite_to) return 0;
  int64_t number = ++control->pieces, at = control->piece_fails_at;
  if (at == 0 || (control->sticky ? number < at : number != at)) return 0;
  control->failed++;
  errno = ENOMEM;
  return 1;
}

extern void *__libc_malloc(size_t), *__libc_realloc(void *, size_t);

void *malloc(size_t size) { return memory_fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size); }
void *realloc(void *old, size_t size) {
  return memory_fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}
