@NullMarked
package org.netshard.node.run;

import org.jspecify.annotations.NullMarked;
