# For gdb: prints thread-local variables of a program of another machine, for which gdb has no libthread_db.
#
# `thread-local NAME` finds the variable as libthread_db does (glibc's nptl_db): the program's libc exports descriptors
# of its own structures, _thread_db_*; the module's number is in the link map, the thread's DTV is reached from its
# struct pthread. So it sees what the loader has really left there. For machines whose struct pthread ends at the thread pointer
# (aarch64).
import os
import subprocess

import gdb


def word(address):
    return int(gdb.parse_and_eval("*(unsigned long *)%#x" % address))


def integer(name):
    return int(gdb.parse_and_eval("*(unsigned int *)&_thread_db_" + name))


def field(name):
    """Offset, bytes, of a field: a descriptor is {bits, number of elements, offset}."""
    return int(gdb.parse_and_eval("((unsigned int *)&_thread_db_%s)[2]" % name))


def module(file):
    """The TLS module's number of the object of this file."""
    entry = word(int(gdb.parse_and_eval("(unsigned long)&_r_debug")) + 8)
    program = gdb.current_progspace().filename
    while entry:
        name = gdb.parse_and_eval("(char *)%#x" % word(entry + 8)).string()
        number = word(entry + field("link_map_l_tls_modid"))
        if number and os.path.basename(name or program) == os.path.basename(file):
            return number
        entry = word(entry + 24)
    raise gdb.GdbError("no TLS module for " + file)


def find(name):
    """(file, offset in its TLS block, bytes) of a variable, from the symbol tables of all files that gdb has read."""
    for file in gdb.objfiles():
        table = subprocess.run(["readelf", "-sW", file.filename], capture_output=True, text=True).stdout
        for line in table.splitlines():
            parts = line.split()
            if len(parts) == 8 and parts[3] == "TLS" and parts[6] != "UND" and parts[7] == name:
                return file.filename, int(parts[1], 16), int(parts[2], 0)
    raise gdb.GdbError("no thread-local variable " + name)


class ThreadLocal(gdb.Command):
    def __init__(self):
        super().__init__("thread-local", gdb.COMMAND_DATA)

    def invoke(self, name, from_tty):
        file, offset, size = find(name)
        pointer = int(gdb.parse_and_eval("$TPIDR_EL0"))
        dtv = word(pointer - integer("sizeof_pthread") + field("pthread_dtvp"))
        block = word(dtv + module(file) * 16 + field("dtv_t_pointer_val"))
        # GCC describes no thread-local variables on aarch64: the size tells the samples' numbers from their texts.
        kind = gdb.lookup_type("int") if size == 4 else gdb.lookup_type("char").array(size - 1)
        print("%s = %s" % (name, gdb.Value(block + offset).cast(kind.pointer()).dereference()))


ThreadLocal()
