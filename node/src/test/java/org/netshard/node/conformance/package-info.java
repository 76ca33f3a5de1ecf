/** The simulated kernel beside tables of a live one. */
@NullMarked
package org.netshard.node.conformance;

import org.jspecify.annotations.NullMarked;
