/** Tests. */
@NullMarked
package org.netshard.namespace.vfs;

import org.jspecify.annotations.NullMarked;
