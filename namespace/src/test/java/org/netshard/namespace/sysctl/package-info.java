/** Tests. */
@NullMarked
package org.netshard.namespace.sysctl;

import org.jspecify.annotations.NullMarked;
