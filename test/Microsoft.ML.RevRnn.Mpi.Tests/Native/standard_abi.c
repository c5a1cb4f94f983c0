/* A job of one process in the interface of MPI-5: its handles and levels, and nothing else, are taken. */
#include <stdint.h>
#include <string.h>

static int wrong(void *comm) { return comm == (void *)0x101 ? 0 : 5; }

int MPI_Abi_get_version(int *major, int *minor) { *major = 1; *minor = 0; return 0; }
int MPI_Get_library_version(char *text, int *length) { strcpy(text, "a test's MPI, one process"); *length = (int)strlen(text); return 0; }
int MPI_Initialized(int *flag) { *flag = 0; return 0; }
int MPI_Init_thread(int *argc, char ***argv, int required, int *provided) { (void)argc; (void)argv; *provided = required; return required == 2048 ? 0 : 13; }
int MPI_Comm_set_errhandler(void *comm, void *handler) { return wrong(comm) ? 5 : handler == (void *)0x142 ? 0 : 61; }
int MPI_Comm_rank(void *comm, int *rank) { *rank = 0; return wrong(comm); }
int MPI_Comm_size(void *comm, int *size) { *size = 1; return wrong(comm); }
int MPI_Error_string(int code, char *text, int *length) { strcpy(text, "no handle of MPI-5"); *length = (int)strlen(text); (void)code; return 0; }
int MPI_Sendrecv(const void *send, int count, void *type, int to, int tag, void *receive, int room, void *type2, int from, int tag2, void *comm, void *status)
{
    (void)tag; (void)tag2;
    if (type != (void *)0x247 || type2 != type || to != from || wrong(comm)) return 3;
    memcpy(receive, send, (size_t)(count < room ? count : room));
    *(int *)status = count;
    return 0;
}
int MPI_Get_count(const void *status, void *type, int *count) { *count = *(const int *)status; return type == (void *)0x247 ? 0 : 3; }
int MPI_Bcast(void *data, int count, void *type, int root, void *comm) { (void)data; (void)count; (void)root; return type == (void *)0x247 ? wrong(comm) : 3; }
int MPI_Barrier(void *comm) { return wrong(comm); }
int MPI_Abort(void *comm, int code) { (void)code; return wrong(comm); }
int MPI_Finalize(void) { return 0; }
