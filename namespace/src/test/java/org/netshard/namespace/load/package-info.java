@NullMarked
package org.netshard.namespace.load;

import org.jspecify.annotations.NullMarked;
