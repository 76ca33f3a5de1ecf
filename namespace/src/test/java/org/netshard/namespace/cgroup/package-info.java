/** Tests. */
@NullMarked
package org.netshard.namespace.cgroup;

import org.jspecify.annotations.NullMarked;
