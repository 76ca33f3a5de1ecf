@NullMarked
package org.netshard.node.cli;

import org.jspecify.annotations.NullMarked;
