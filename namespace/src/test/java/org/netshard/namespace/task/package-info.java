/** Tests. */
@NullMarked
package org.netshard.namespace.task;

import org.jspecify.annotations.NullMarked;
