/** Tests. */
@NullMarked
package org.netshard.namespace.net;

import org.jspecify.annotations.NullMarked;
