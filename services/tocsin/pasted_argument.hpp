#pragma once

#include <tocsin/base/pasted_text.hpp>

#include <CLI/CLI.hpp>

#include <string>

namespace tocsin::program {

/// A transformation of an argument that people paste, such as a slug or an id.
inline CLI::Validator pasted_argument() {
    return {
        [](std::string& text) {
            text = std::string(trim_pasted(text));
            return std::string();
        },
        ""
    };
}

}  // namespace tocsin::program
