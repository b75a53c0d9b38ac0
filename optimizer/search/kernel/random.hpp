// Random numbers that are the same on every machine: SplitMix64 (Steele, Lea and Flood, 2014).
#pragma once

#include <cstdint>

#include "model.hpp"

namespace gongpei {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }

    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // in [0, 1)

    Int below(Int n) { return static_cast<Int>(unit() * static_cast<double>(n)); }

private:
    std::uint64_t state_;
};

}  // namespace gongpei
