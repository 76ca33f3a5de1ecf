package org.netshard.cluster;

import akka.cluster.ConfigValidation;
import akka.cluster.JoinConfigCompatChecker;
import com.typesafe.config.Config;
import java.util.List;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The check that a node which joins has the cluster's number of shards and lanes, and the same wire
 * format with the same registered messages. Made by Akka, by reflection.
 */
public final class JoinCheck extends JoinConfigCompatChecker {
  /** Settings that must be the same on all nodes. */
  static final List<String> KEYS =
      List.of(
          "netshard.sharding.number-of-shards",
          "netshard.lanes.count",
          "netshard.wire.version",
          "netshard.wire.fingerprint");

  @Override
  public Seq<String> requiredKeys() {
    return CollectionConverters.asScala(KEYS).toList();
  }

  @Override
  public ConfigValidation check(Config toCheck, Config actualConfig) {
    return fullMatch(requiredKeys(), toCheck, actualConfig);
  }
}
