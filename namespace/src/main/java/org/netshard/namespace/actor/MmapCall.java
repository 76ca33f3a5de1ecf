package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

/**
 * {@code mmap(addr, length, prot, flags, fd, offset)}.
 *
 * <p><b>Source:</b> {@code arch/x86/kernel/sys_x86_64.c}, {@code mmap}; {@code mm/mmap.c}: {@code
 * ksys_mmap_pgoff}, {@code do_mmap}, {@code file_mmap_ok}; {@code mm/vma.c}, {@code mmap_region}.
 *
 * <p><b>Differs from Linux:</b> a mapping is an address and nothing else: it takes no memory, no
 * limit counts it, and it is never taken back.
 */
final class MmapCall {
  private static final int PAGE_SHIFT = 12;
  private static final long PAGE_MASK = (1L << PAGE_SHIFT) - 1;

  /** {@code TASK_SIZE} of a program of 64 bits. */
  private static final long TASK_SIZE = 0x7fff_ffff_f000L;

  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_SHARED_VALIDATE = 3;
  private static final int MAP_TYPE = 0x0f;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_GROWSDOWN = 0x100;
  private static final int MAP_HUGETLB = 0x40000;
  private static final int MAP_FIXED_NOREPLACE = 0x100000;

  /** {@code LEGACY_MAP_MASK}: the flags that are not refused with {@code MAP_SHARED_VALIDATE}. */
  private static final int LEGACY_MAP_MASK = 0x7c07_f9f3;

  private final KernelModel model;

  MmapCall(KernelModel model) {
    this.model = model;
  }

  /**
   * Maps memory.
   *
   * <p><b>Errors</b>, in order: EINVAL for an offset within a page; EBADF; EINVAL for huge pages of
   * another file; EINVAL for no length; ENOMEM for one past all memory; EOVERFLOW; ENOMEM and
   * EINVAL for an address; then those of {@link #file} or EINVAL for anonymous memory of no type.
   */
  long mmap(Task task, Syscall asked) {
    if ((asked.arg(5) & PAGE_MASK) != 0) {
      return Errno.EINVAL.negated();
    }
    int flags = asked.intArg(3);
    OpenFile file = null;
    if ((flags & MAP_ANONYMOUS) == 0) {
      file = task.fds().get(asked.intArg(4));
      if (file == null || FdCalls.isPath(file)) {
        return Errno.EBADF.negated();
      }
      if ((flags & MAP_HUGETLB) != 0) {
        return Errno.EINVAL.negated();
      }
    }
    long length = asked.arg(1);
    if (length == 0) {
      return Errno.EINVAL.negated();
    }
    length = (length + PAGE_MASK) & ~PAGE_MASK;
    long pageOffset = asked.arg(5) >>> PAGE_SHIFT;
    int checked = length == 0 ? Errno.ENOMEM.negated() : address(asked.arg(0), length, flags);
    if (checked == 0) {
      checked =
          file == null ? anonymous(flags) : file(file, length, pageOffset, asked.intArg(2), flags);
    }
    if (checked < 0) {
      return checked;
    }
    if (isFixed(flags)) {
      return asked.arg(0);
    }
    long address = task.memory().map(length);
    return address == 0 ? Errno.ENOMEM.negated() : address;
  }

  private static boolean isFixed(int flags) {
    return (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
  }

  /** {@code __get_unmapped_area}. */
  private static int address(long address, long length, int flags) {
    boolean large = Long.compareUnsigned(length, TASK_SIZE) > 0;
    if (large || (isFixed(flags) && Long.compareUnsigned(address, TASK_SIZE - length) > 0)) {
      return Errno.ENOMEM.negated();
    }
    return isFixed(flags) && (address & PAGE_MASK) != 0 ? Errno.EINVAL.negated() : 0;
  }

  private static int anonymous(int flags) {
    int type = flags & MAP_TYPE;
    boolean grows = (flags & MAP_GROWSDOWN) != 0;
    boolean allowed = type == MAP_PRIVATE || (type == MAP_SHARED && !grows);
    return allowed ? 0 : Errno.EINVAL.negated();
  }

  /**
   * What a file allows.
   *
   * <p><b>Errors</b>, in order: EOVERFLOW for what is behind the end of all files; EINVAL for no
   * type; EOPNOTSUPP for unknown flags; EACCES for a file that is not open for writing, or reading;
   * EPERM to run what may not be run; ENODEV for a file that cannot be mapped; EINVAL for a mapping
   * that grows; those of the file.
   */
  private int file(OpenFile file, long length, long pageOffset, int prot, int flags) {
    Kstat stat = InodeCalls.getattr(model, file);
    if (stat == null) {
      model.machine().leftOut("mmap of a file that is not the kernel's own fails with ENOSYS");
      return Errno.ENOSYS.negated();
    }
    boolean sized = stat.is(Abi.S_IFREG) || stat.is(Abi.S_IFSOCK);
    if (sized && pageOffset > (Long.MAX_VALUE - length) >>> PAGE_SHIFT) {
      return Errno.EOVERFLOW.negated();
    }
    int access = file.flags() & Abi.O_ACCMODE;
    int type = flags & MAP_TYPE;
    if (type != MAP_SHARED && type != MAP_SHARED_VALIDATE && type != MAP_PRIVATE) {
      return Errno.EINVAL.negated();
    }
    if (type == MAP_SHARED_VALIDATE && (flags & ~LEGACY_MAP_MASK) != 0) {
      return Errno.EOPNOTSUPP.negated();
    }
    boolean writes = type != MAP_PRIVATE && (prot & Abi.PROT_WRITE) != 0;
    if ((writes && access == Abi.O_RDONLY) || access == Abi.O_WRONLY) {
      return Errno.EACCES.negated();
    }
    if (stat.superBlock().isNoexec() && (prot & Abi.PROT_EXEC) != 0) {
      return Errno.EPERM.negated();
    }
    FileHandle handle = file.payload() instanceof FileHandle opened ? opened : null;
    SocketFile socket = file.payload() instanceof SocketFile opened ? opened : null;
    if (socket == null && (handle == null || !handle.hasMmap())) {
      return Errno.ENODEV.negated();
    }
    if ((flags & MAP_GROWSDOWN) != 0) {
      return Errno.EINVAL.negated();
    }
    return ask(socket, handle, prot, pageOffset);
  }

  /** {@code sock_mmap} or the file's own. */
  private static int ask(
      @Nullable SocketFile socket, @Nullable FileHandle handle, int prot, long pageOffset) {
    if (socket != null) {
      return socket.sk().ops().mmap(socket.sk(), prot, pageOffset);
    }
    return handle == null ? Errno.ENODEV.negated() : handle.mmap();
  }
}
