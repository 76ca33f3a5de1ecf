/** What a run is told as: tables for people, JSON for programs. */
@NullMarked
package org.netshard.node.report;

import org.jspecify.annotations.NullMarked;
