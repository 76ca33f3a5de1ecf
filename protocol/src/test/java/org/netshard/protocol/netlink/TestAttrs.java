package org.netshard.protocol.netlink;

import java.util.function.Consumer;

/** Attributes as a program would send them. */
public final class TestAttrs {
  private TestAttrs() {}

  /** An attribute with others in it. */
  public static NlAttr nest(int type, Consumer<NlMsg> content) {
    NlMsg out = new NlMsg().begin(0, 0, 0, 0);
    int nest = out.nest(type);
    content.accept(out);
    byte[] message = NlMsg.done(out.nestEnd(nest));
    return new NlAttr(message, Nl.NLMSG_HDRLEN, message.length - Nl.NLMSG_HDRLEN);
  }
}
