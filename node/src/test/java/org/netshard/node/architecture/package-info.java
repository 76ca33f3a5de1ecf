/** Rules on the structure of the whole project. */
@NullMarked
package org.netshard.node.architecture;

import org.jspecify.annotations.NullMarked;
