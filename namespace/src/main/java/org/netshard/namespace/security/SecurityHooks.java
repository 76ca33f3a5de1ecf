package org.netshard.namespace.security;

import java.util.List;
import org.netshard.namespace.spec.LsmRule;

/**
 * The chains of {@code security_socket_create} and {@code security_socket_post_create}: empty
 * unless the user has installed rules. The first rule that matches decides; no match allows.
 *
 * <p><b>Source:</b> {@code security/security.c}.
 */
public final class SecurityHooks {
  /** Hooks without rules, which all kernels without any share. */
  public static final SecurityHooks NONE = new SecurityHooks(List.of());

  private final List<LsmRule> create;
  private final List<LsmRule> postCreate;

  /** Hooks with these rules. */
  public static SecurityHooks of(List<LsmRule> rules) {
    return rules.isEmpty() ? NONE : new SecurityHooks(rules);
  }

  private SecurityHooks(List<LsmRule> rules) {
    this.create = rules.stream().filter(r -> r.hook() == LsmRule.Hook.SOCKET_CREATE).toList();
    this.postCreate =
        rules.stream().filter(r -> r.hook() == LsmRule.Hook.SOCKET_POST_CREATE).toList();
  }

  /** Whether {@code security_socket_create} has nobody to ask. */
  public boolean isEmpty() {
    return create.isEmpty();
  }

  /** Whether {@code security_socket_post_create} has anybody to ask. */
  public boolean hasPostCreate() {
    return !postCreate.isEmpty();
  }

  /**
   * Asks {@code security_socket_create}.
   *
   * @param task name of the task
   * @return 0 or {@code -errno}
   */
  public int socketCreate(String task, int family, int type, int protocol, boolean kern) {
    return decide(create, task, family, type, protocol, kern);
  }

  /**
   * Asks {@code security_socket_post_create}.
   *
   * @param task name of the task
   * @return 0 or {@code -errno}
   */
  public int socketPostCreate(String task, int family, int type, int protocol, boolean kern) {
    return decide(postCreate, task, family, type, protocol, kern);
  }

  private static int decide(
      List<LsmRule> chain, String task, int family, int type, int protocol, boolean kern) {
    for (LsmRule rule : chain) {
      if ((rule.task().isEmpty() || rule.task().equals(task))
          && matches(rule.family(), family)
          && matches(rule.type(), type)
          && matches(rule.protocol(), protocol)
          && matches(rule.kern(), kern ? 1 : 0)) {
        return -rule.errno();
      }
    }
    return 0;
  }

  private static boolean matches(int wanted, int value) {
    return wanted == LsmRule.ANY || wanted == value;
  }
}
