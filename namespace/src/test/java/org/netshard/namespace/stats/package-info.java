@NullMarked
package org.netshard.namespace.stats;

import org.jspecify.annotations.NullMarked;
