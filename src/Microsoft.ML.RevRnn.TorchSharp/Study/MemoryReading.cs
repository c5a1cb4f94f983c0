using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// What memory networks do with a memory of S rows of d values (B rows of a batch): the end-to-end form reads all of it, softly (Sukhbaatar et al. 2015), the original looks up single
/// supporting facts and is told which are right (Weston, Chopra and Bordes 2015).
/// </summary>
public static class MemoryReading
{
    /// <summary>A hop: p = softmax_i(u . m_i), o = sum_i p_i c_i.</summary>
    /// <param name="query">u: [B, d].</param>
    /// <param name="memories">m: [B, S, d].</param>
    /// <param name="contents">c: [B, S, e].</param>
    /// <param name="isThere">[B, S], boolean: false of rows that are none, which get no weight; null for all.</param>
    /// <returns>p, [B, S], and o, [B, e].</returns>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static (Tensor Weights, Tensor Output) Hop(Tensor query, Tensor memories, Tensor contents, Tensor? isThere = null)
    {
        if (query.dim() != 2 || memories.dim() != 3 || contents.dim() != 3 || query.shape[1] != memories.shape[2] || memories.shape[1] != contents.shape[1])
        {
            throw new ArgumentException(
                $"The query is [{string.Join(", ", query.shape)}], memories [{string.Join(", ", memories.shape)}] and contents [{string.Join(", ", contents.shape)}]; "
                + "[B, d], [B, S, d] and [B, S, e] are expected.", nameof(query));
        }
        var scores = memories.matmul(query.unsqueeze(2)).squeeze(2);
        if (isThere is not null)
            scores = scores.masked_fill(isThere.logical_not(), double.NegativeInfinity);
        var weights = scores.softmax(1);
        return (weights, weights.unsqueeze(1).matmul(contents).squeeze(1));
    }

    /// <summary>The original's score of what goes with what: s(x, y) = x^T U^T U y, of features x [B, D] against rows y [B, S, D]: [B, S].</summary>
    /// <param name="features">x: what is asked for, and the facts found so far, as features of their own.</param>
    /// <param name="rows">y.</param>
    /// <param name="map">U: [d, D].</param>
    public static Tensor Score(Tensor features, Tensor rows, Tensor map) => rows.matmul(map.t()).matmul(features.matmul(map.t()).unsqueeze(2)).squeeze(2);

    /// <summary>
    /// The original's inference: o_1 = argmax_i s(q, m_i), then o_k = argmax_i s([q, m_o1 ... m_o(k-1)], m_i), where features of several add up. Returns the rows found, [B, count].
    /// </summary>
    /// <param name="question">q: [B, D].</param>
    /// <param name="memories">m: [B, S, D].</param>
    /// <param name="map">U: [d, D].</param>
    /// <param name="count">Facts to find, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive.</exception>
    public static Tensor SupportingFacts(Tensor question, Tensor memories, Tensor map, int count = 2)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var (features, found) = (question, new Tensor[count]);
        for (var i = 0; i < count; i++)
        {
            found[i] = Score(features, memories, map).argmax(1);
            features = features + Fact(memories, found[i]);
        }
        return stack(found, 1);
    }

    /// <summary>
    /// The original's loss with the supporting facts given, in the order in which they are to be found: the mean over the batch of
    /// sum_k sum over wrong i of max(0, margin - s(x_k, m_ok) + s(x_k, m_i)), where x_k has the right facts before.
    /// </summary>
    /// <param name="question">q: [B, D].</param>
    /// <param name="memories">m: [B, S, D].</param>
    /// <param name="map">U: [d, D].</param>
    /// <param name="facts">[B, count]: the right rows.</param>
    /// <param name="margin">By how much right ones should score higher, 0.1 in the paper.</param>
    public static Tensor MarginLoss(Tensor question, Tensor memories, Tensor map, Tensor facts, double margin = 0.1)
    {
        var (features, loss) = (question, zeros([], question.dtype));
        for (var k = 0; k < facts.shape[1]; k++)
        {
            var right = facts.select(1, k);
            var scores = Score(features, memories, map);
            var losses = (margin - scores.gather(1, right.unsqueeze(1)) + scores).clamp_min(0);
            // Of the right row itself it would be the margin.
            loss = loss + losses.sum() - margin * right.shape[0];
            features = features + Fact(memories, right);
        }
        return loss / question.shape[0];
    }

    private static Tensor Fact(Tensor memories, Tensor rows)
        => memories.gather(1, rows.reshape(-1, 1, 1).expand(-1, 1, memories.shape[2])).squeeze(1);
}
