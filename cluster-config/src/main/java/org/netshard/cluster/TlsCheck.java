package org.netshard.cluster;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Collections;

/**
 * The check that a node has what it needs for TLS, before it starts: otherwise it would come up,
 * and every connection would fail.
 */
final class TlsCheck {
  private static final String TLS = "netshard.tls.";

  private final Config config;

  private TlsCheck(Config config) {
    this.config = config;
  }

  /**
   * Reads both stores as TLS will.
   *
   * @throws BadConfig naming the setting that is wrong
   */
  static void check(Config config) {
    TlsCheck check = new TlsCheck(config);
    check.hasKey(check.store("key-store"));
    check.hasCertificate(check.store("trust-store"));
  }

  private KeyStore store(String key) {
    String file = config.getString(TLS + key);
    if (file.isEmpty()) {
      throw bad(key, " must be given");
    }
    if (!Files.isRegularFile(Path.of(file)) || !Files.isReadable(Path.of(file))) {
      throw bad(key, " cannot be read: " + file);
    }
    char[] password = config.getString(TLS + key + "-password").toCharArray();
    try (InputStream stream = Files.newInputStream(Path.of(file))) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(stream, password);
      return store;
    } catch (IOException e) {
      if (e.getCause() instanceof UnrecoverableKeyException) {
        throw bad(key + "-password", " is not that of " + file);
      }
      throw bad(key, " is no store of keys: " + file);
    } catch (GeneralSecurityException e) {
      throw bad(key, " is no store of keys: " + file);
    }
  }

  private void hasKey(KeyStore store) {
    String file = config.getString(TLS + "key-store");
    char[] password = config.getString(TLS + "key-password").toCharArray();
    try {
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias) && store.getKey(alias, password) != null) {
          return;
        }
      }
    } catch (GeneralSecurityException e) {
      throw bad("key-password", " is not that of the key in " + file);
    }
    throw bad("key-store", " has no key: " + file);
  }

  private void hasCertificate(KeyStore store) {
    try {
      for (String alias : Collections.list(store.aliases())) {
        if (store.isCertificateEntry(alias) || store.isKeyEntry(alias)) {
          return;
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a store that was loaded", e);
    }
    throw bad("trust-store", " has no certificate: " + config.getString(TLS + "trust-store"));
  }

  private BadConfig bad(String key, String problem) {
    return BadConfig.at(config.getValue(TLS + key).origin(), TLS + key + problem);
  }
}
