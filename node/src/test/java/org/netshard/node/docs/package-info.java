/** The documentation, checked against the code. */
@NullMarked
package org.netshard.node.docs;

import org.jspecify.annotations.NullMarked;
