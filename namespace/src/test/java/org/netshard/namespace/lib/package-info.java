/** Tests. */
@NullMarked
package org.netshard.namespace.lib;

import org.jspecify.annotations.NullMarked;
