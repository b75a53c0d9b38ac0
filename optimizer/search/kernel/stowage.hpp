// Whether the goods of a trip find compartments: the greedy pass of optimizer/stow.py, in the same order, so that what
// passes here is stowed there. Only for vehicles of more than one compartment.
#pragma once

#include <algorithm>
#include <vector>

#include "model.hpp"

namespace gongpei {

class Stowage {
public:
    explicit Stowage(const Facts& facts) : f(facts), used_(facts.most_boxes, 0) {}

    void begin(Int num_legs) {
        num_legs_ = num_legs;
        aboard_.clear();
    }

    // Everything of node `m` is on board from leg `first` to before leg `last`; leg k follows the k-th stop.
    void add(Int kind, Int m, bool delivers, Int first, Int last) {
        for (Int i = f.item_from[m]; i < f.item_from[m + 1]; ++i)
            if (f.item[i].is_down == delivers) aboard_.push_back({f.item_rank[kind * f.items + i], i, first, last});
    }

    // First compartment with room on all legs and no foe within reach, item by item; O(items x compartments x legs).
    bool holds(Int kind) {
        const Int boxes = f.kind[kind].boxes, from = f.kind[kind].box_from;
        std::sort(aboard_.begin(), aboard_.end(), [](const Item& a, const Item& b) { return a.rank < b.rank; });
        std::fill(used_.begin(), used_.end(), 0);
        room_.resize(boxes * num_legs_ * f.dimensions);
        for (Int k = 0; k < boxes; ++k)
            for (Int leg = 0; leg < num_legs_; ++leg)
                std::copy_n(f.box_room + (from + k) * f.dimensions, f.dimensions, room_at(k, leg));
        return std::all_of(aboard_.begin(), aboard_.end(), [&](const Item& one) { return place(kind, one); });
    }

private:
    struct Item {
        Int rank, item, first, last;
    };

    const Facts& f;
    Int num_legs_ = 0;
    std::vector<Item> aboard_;
    std::vector<Int> room_;  // (compartments, legs, dimensions)
    std::vector<Int> used_;  // bits of the commodities in each compartment

    Int* room_at(Int k, Int leg) { return room_.data() + (k * num_legs_ + leg) * f.dimensions; }

    bool place(Int kind, const Item& one) {
        const Goods& goods = f.item[one.item];
        const Int* load = f.item_load + one.item * f.dimensions;
        const Int* choice = f.choice + (kind * f.commodities + goods.commodity) * f.most_boxes;
        for (Int c = 0; c < f.most_boxes && choice[c] != NONE; ++c) {
            const Int k = choice[c];
            if (!has_room(k, one, load) || !is_parted(kind, goods.bit, k)) continue;
            for (Int leg = one.first; leg < one.last; ++leg)
                for (Int d = 0; d < f.dimensions; ++d) room_at(k, leg)[d] -= load[d];
            if (goods.bit != NONE) used_[k] |= Int{1} << goods.bit;
            return true;
        }
        return false;
    }

    bool has_room(Int k, const Item& one, const Int* load) {
        for (Int leg = one.first; leg < one.last; ++leg)
            for (Int d = 0; d < f.dimensions; ++d)
                if (room_at(k, leg)[d] < load[d]) return false;
        return true;
    }

    // Tell whether the commodity may lie in compartment `k` beside what lies there and elsewhere.
    bool is_parted(Int kind, Int bit, Int k) const {
        if (bit == NONE) return true;
        const Kind& own = f.kind[kind];
        for (Int j = 0; j < own.boxes; ++j) {
            const Int met = f.apart[bit] & used_[j];
            if (!met) continue;
            const bool has_wall = f.box_sealed[own.box_from + j] || f.box_sealed[own.box_from + k];
            if (j == k || !has_wall || (met & ~f.walled[bit])) return false;
        }
        return true;
    }
};

}  // namespace gongpei
