@NullMarked
package org.netshard.node.scenario;

import org.jspecify.annotations.NullMarked;
