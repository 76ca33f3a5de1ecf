/** Tests. */
@NullMarked
package org.netshard.namespace.profile;

import org.jspecify.annotations.NullMarked;
