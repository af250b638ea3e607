// What may be a secret is told by names and by values; what is left out by mistake is a line of work.
#include <gtest/gtest.h>

#include "daemon/export/secrets.h"

namespace cr::daemon {
namespace {

TEST(Secrets, AreKnownByTheirNames) {
  for (const char* name : {"token",
                           "GITHUB_TOKEN",
                           "githubtoken",
                           "gitToken",
                           "db password",
                           "DB Password",
                           "dbPassword",
                           "passwd",
                           "pwd",
                           "admin-pwd",
                           "api-key",
                           "apiKey",
                           "APIKey",
                           "aws_secret_access_key",
                           "SSH Private Key",
                           "ssh_key",
                           "sshKey",
                           "vault.passphrase",
                           "credentials",
                           "tls-cert",
                           "server.pem",
                           "jwt",
                           "session_jwt",
                           "DATABASE_DSN",
                           "auth",
                           "basicAuth",
                           "bearer",
                           "kubeconfig",
                           "KUBE_CONFIG_KEY",
                           "my_pat",
                           "gitPat",
                           "key",
                           "licenseKey",
                           "private",
                           "deploy_key_2",
                           "key2",
                           "Passwort-pw",
                           "p@ssword_password"})
    EXPECT_EQ(suspicion_of(name, "x"), Suspicion::name) << name;
}

TEST(Secrets, ArePartsOfNoOtherWords) {
  for (const char* name :
       {"cpu",       "region",    "disk_size", "author", "authorName", "keyboard",     "keyboardLayout",
        "pattern",   "compat",    "path",      "monkey", "passenger",  "bypassed",     "certain",
        "sshfs2ish", "privately", "ide",       "",       "public_key", "sshPublicKey", "SSH_PUB_KEY",
        "dsname"})
    EXPECT_EQ(suspicion_of(name, "x"), Suspicion::none) << name;
}

TEST(Secrets, AreNeverSwitchesNorNothingNorPorts) {
  EXPECT_EQ(suspicion_of("use_token", "true"), Suspicion::none);
  EXPECT_EQ(suspicion_of("password", ""), Suspicion::none);
  EXPECT_EQ(suspicion_of("ssh_port", "2222"), Suspicion::none);
  EXPECT_EQ(suspicion_of("pwd", "2222"), Suspicion::name) << "a number may be one's password";
}

TEST(Secrets, AreKnownByTheirValues) {
  for (const char* value : {
           "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==\n-----END OPENSSH PRIVATE KEY-----\n",
           "x\n-----BEGIN CERTIFICATE-----",
           "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
           "export T=gho_16C7e42F292c6912E7",
           "github_pat_11ABCDEFG0abcdefghijkl_mnop",
           "glpat-abcdefghij0123456789",
           "xoxb-1234567890-abcdef",
           "AKIAIOSFODNN7EXAMPLE",
           "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
           "https://alice:hunter2@example.com/repo.git",
           "https://hunter2@example.com/repo.git",
           "postgres://app:hunter2@db/main",
           "redis://:hunter2@cache",
           "a https://example.com and https://x:y@example.com",
           "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
           "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY9",
           "q1W2e3R4t5Y6u7I8o9P0a1S2",
           "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg==",
           "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
           "DB_PASSWORD=hunter2",
           "export DB_PASSWORD='hunter2'",
           "{\"password\":\"hunter2\"}",
           "{\"kv/password\":\"hunter2\"}",
           "smtp.password:4hunter2",
           "{\\\"password\\\": \\\"hunter2\\\"}",
           "Server=db;User Id=sa;Password=hunter2",
           "Driver=x;PWD={hunter;2}",
           "https://x/?access_token=hunter2",
           "https://x/?team=a&api_key=hunter2",
           "--token=hunter2 --verbose",
           "host: db\npassword: 1234\n",
           "spring.datasource.password = hunter2",
           "Authorization: Bearer hunter2",
           "AccountName=x;AccountKey=hunter2",
           "{\"auths\": {\"r\": {\"auth\": \"QWxhZGRpbjpvcGVuIHNlc2FtZTEyMw==\"}}}",
       })
    EXPECT_EQ(suspicion_of("value", value), Suspicion::value) << value;
}

TEST(Secrets, AreNotWhatPeopleOrImagesAreCalled) {
  for (const char* value : {
           "eu-central-1",
           "https://github.com/coder/coder.git",
           "ssh://git@github.com/coder/coder.git",
           "git@github.com:coder/coder.git",
           "https://example.com/search?q=a@b",
           "postgres://db.internal:5432/main",
           "ghcr.io/coder/enterprise-base:ubuntu-20240101",
           "ubuntu@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
           "123e4567-e89b-12d3-a456-426614174000",
           "/subscriptions/123e4567-e89b-12d3-a456-426614174000/resourceGroups/Payments-Prod-2",
           "/home/coder/projects/PaymentService2/src/main/java/com/example/App.java",
           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8l9 alice@laptop",
           "ami-0123456789abcdef0",
           "Standard_D4ads_v5",
           "CRON_TZ=Europe/Berlin 0 9 * * 1-5",
           "arn:aws:iam::123456789012:role/CoderWorkspaceRole",
           "MyTeamDevBoxUbuntu22",
           "AVeryLongNameInCamelCaseWithoutAnyDigits",
           "12345678901234567890123456789012345678",
           "a long sentence of thirty words and more, with 3 numbers like 2024 and 17",
           "[\"gopls\",\"rust-analyzer\",\"eslint-8.57.0\"]",
           "Microsoft.VisualStudio.Code.1.85.1",
           "password=",
           "user=alice;password=;port=5432",
           "{\"password\": \"\", \"token\": null}",
           "{\"auth\": {\"enabled\": true}}",
           "auth:\n  enabled: true\n",
           "-o PasswordAuthentication=no",
           "author=alice",
           "PATH=/usr/local/bin",
           "a password is asked for",
           "key=value,team=dev",
           "https://auth.example.com:8443/realms/dev",
           "auth.example.com:8443",
           "ghcr.io/acme/token:1.2",
           "/run/secrets:/secrets:ro",
       })
    EXPECT_EQ(suspicion_of("value", value), Suspicion::none) << value;
}

}  // namespace
}  // namespace cr::daemon
