// Who loads when at one depot, so that no more vehicles load at once than it has docks.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "model.hpp"

namespace gongpei {

class Docks {
public:
    void add(Int start, Int v) {
        const std::pair<Int, Int> entry{start, v};
        busy_.insert(std::upper_bound(busy_.begin(), busy_.end(), entry), entry);
    }

    void remove(Int start, Int v) {
        const std::pair<Int, Int> entry{start, v};
        const auto at = std::lower_bound(busy_.begin(), busy_.end(), entry);
        if (at != busy_.end() && *at == entry) busy_.erase(at);
    }

    void clear() { busy_.clear(); }

    // Nearest moment at or after (`later`) or before `at` at which vehicle `v` finds a free dock; NONE if none.
    Int slot(const Kind& kind, Int v, Int at, bool later) const {
        if (kind.docks >= FAR || kind.loading == 0) return at;
        for (std::size_t tries = 0; tries <= 2 * busy_.size(); ++tries) {
            if (is_free(kind, v, at)) return at;
            const Int next = neighbour(kind.loading, v, at, later);
            if (next == NONE) return NONE;
            at = next;
        }
        return NONE;
    }

private:
    std::vector<std::pair<Int, Int>> busy_;  // (start of loading, vehicle), sorted

    // Loadings last alike, so the most at once is met at `at` or where another one begins.
    bool is_free(const Kind& kind, Int v, Int at) const {
        const auto first = std::upper_bound(busy_.begin(), busy_.end(), std::pair<Int, Int>{at - kind.loading, FAR});
        Int near = 0;
        for (auto b = first; b != busy_.end() && b->first < at + kind.loading; ++b) near += b->second != v;
        if (near < kind.docks) return true;
        Int now = 0;
        auto gone = first;
        for (auto b = first; b != busy_.end() && b->first < at + kind.loading; ++b) {
            if (b->second == v) continue;
            const Int moment = std::max(at, b->first);
            ++now;
            for (; gone->first <= moment - kind.loading; ++gone) now -= gone->second != v;
            if (now >= kind.docks) return false;
        }
        return true;
    }

    Int neighbour(Int lasting, Int v, Int at, bool later) const {
        Int best = later ? FAR : NONE;
        for (const auto& [start, other] : busy_) {
            if (other == v) continue;
            if (later && start + lasting > at) best = std::min(best, start + lasting);
            if (!later && start - lasting < at) best = std::max(best, start - lasting);
        }
        return best == FAR ? NONE : best;
    }
};

}  // namespace gongpei
