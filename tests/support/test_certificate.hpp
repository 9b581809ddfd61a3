#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace tocsin::tests {

/// A temporary key and self-signed certificate, created with the openssl command and deleted with this
/// object.
class test_certificate {
public:
    enum class validity { current, expired };

    /// `names` as in subjectAltName: "DNS:localhost,IP:127.0.0.1".
    explicit test_certificate(std::string const& names, validity validity = validity::current) {
        auto pattern = (std::filesystem::temp_directory_path() / "tocsin-certificate-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = pattern;
        run("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -addext "
            "subjectAltName=" +
            names + " -addext basicConstraints=CA:true -keyout " + key_file() + " -out " +
            path("request.pem"));
        run("x509 -req -in " + path("request.pem") + " -signkey " + key_file() +
            " -copy_extensions copy -out " + certificate_file() +
            (validity == validity::current ? " -days 1" : " -days -1"));
    }
    ~test_certificate() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    test_certificate(test_certificate const&) = delete;
    test_certificate& operator=(test_certificate const&) = delete;

    std::string certificate_file() const { return path("certificate.pem"); }
    std::string key_file() const { return path("key.pem"); }

private:
    std::string path(std::string const& name) const { return (folder_ / name).string(); }
    static void run(std::string const& arguments) {
        if (std::system(("openssl " + arguments + " >/dev/null 2>&1").c_str()) !=
            0) {  // NOLINT(cert-env33-c)
            throw std::runtime_error("openssl " + arguments);
        }
    }

    std::filesystem::path folder_;
};

}  // namespace tocsin::tests
