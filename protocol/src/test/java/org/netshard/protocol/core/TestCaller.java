package org.netshard.protocol.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.memcg.ObjCgroup;

/** A task for tests, process 1, whose files are given by the test. */
public final class TestCaller implements Caller, CallingTask {
  private final Cred cred;
  private final List<PassedFile> files = new ArrayList<>();
  private Steps progress = new Steps();
  private int fileFlags;
  private int sigpipes;
  private @Nullable ObjCgroup payer;
  private @Nullable Sk acceptedSk;

  /** How far a call is, and whether it was woken. */
  public static final class Steps extends Progress {
    private boolean woken;

    @Override
    protected void woken() {
      woken = true;
    }

    /** Whether it was woken. */
    public boolean isWoken() {
      return woken;
    }
  }

  /** A task with these credentials. */
  public TestCaller(Cred cred) {
    this.cred = cred;
  }

  /** Begins another call. */
  public TestCaller next() {
    progress = new Steps();
    return this;
  }

  /** Makes a file known under the next descriptor. */
  public int add(PassedFile file) {
    files.add(file);
    return files.size() - 1;
  }

  /** Sets the flags of the file. */
  public TestCaller withFileFlags(int flags) {
    fileFlags = flags;
    return this;
  }

  /** How many SIGPIPE came. */
  public int sigpipes() {
    return sigpipes;
  }

  @Override
  public Cred cred() {
    return cred;
  }

  @Override
  public int pid() {
    return 1;
  }

  @Override
  public Steps progress() {
    return progress;
  }

  @Override
  public int fileFlags() {
    return fileFlags;
  }

  @Override
  public void accepted(PassedFile file) {
    files.add(file);
  }

  /** Lets somebody pay for what it allocates. */
  public TestCaller paidBy(ObjCgroup newPayer) {
    payer = newPayer;
    return this;
  }

  @Override
  public @Nullable ObjCgroup objcg() {
    return payer;
  }

  @Override
  public void acceptedSk(Sk sk) {
    acceptedSk = sk;
  }

  /** The connection that was accepted last, or null. */
  public @Nullable Sk acceptedSk() {
    return acceptedSk;
  }

  @Override
  public CallingTask task() {
    return this;
  }

  @Override
  public @Nullable PassedFile fget(int fd) {
    PassedFile file = fd < files.size() ? files.get(fd) : null;
    if (file != null) {
      file.get();
    }
    return file;
  }

  @Override
  public int receiveFd(PassedFile file, boolean cloexec) {
    file.get();
    return add(file);
  }

  @Override
  public int receivePidfd(int process) {
    throw new UnsupportedOperationException("a test has no processes");
  }

  @Override
  public int umask() {
    return 0;
  }

  @Override
  public void sigpipe() {
    sigpipes++;
  }
}
