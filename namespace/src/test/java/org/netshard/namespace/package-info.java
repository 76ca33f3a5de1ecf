/** Tests. */
@NullMarked
package org.netshard.namespace;

import org.jspecify.annotations.NullMarked;
