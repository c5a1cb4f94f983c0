using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// The recursive-recurrent cell (Qian, Kennedy and Klabjan 2019) in its soft form, for study: a GRU-shaped tree of eight nodes, of which each inner one is made by l sets of weights and mixed by a softmax
/// over a score of what each makes, so that the structure of the cell is the sample's and the step's own. It is the form of a public implementation: rh is a sum and no product, and ht has no
/// tanh. B rows of a batch, H values of x and of h.
/// </summary>
/// <remarks>
/// With lin_k(a, b) = a L_k + b R_k + b_k and mix_k c_k = sum_k softmax_k(s . c_k) c_k: z = sigmoid(lin_0(x, h)); r = sigmoid(lin_1(x, h)); rh = mix lin_k(h, r); ht = mix lin_k(x, rh);
/// om = mix (1 - (z R_k + b_k)); zt = mix ((ht L_k) (om R_k) + b_k); zh = mix ((h L_k) (z R_k) + b_k); h' = mix lin_k(zt, zh). The last set begins as the identity.
/// </remarks>
public sealed class SoftStructureCell : nn.Module<Tensor, Tensor, Tensor>
{
    /// <summary>The fewest sets: z is made by the first, r by the second.</summary>
    private const int FewestSets = 2;

    /// <param name="size">H.</param>
    /// <param name="sets">l, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or there are too few sets.</exception>
    public SoftStructureCell(int size, int sets = 4)
        : base(nameof(SoftStructureCell))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfLessThan(sets, FewestSets);
        var bound = 1 / Math.Sqrt(size);
        Left = nn.Parameter(Begin(-bound, bound, sets, size));
        Right = nn.Parameter(Begin(-bound, bound, sets, size));
        using var others = zeros(sets - 1, size);
        nn.init.uniform_(others, -bound, bound);
        using var last = zeros(1, size);
        Bias = nn.Parameter(cat([others, last]));
        Score = nn.Parameter(nn.init.uniform_(zeros(size), -bound, bound));
        RegisterComponents();
    }

    /// <summary>L, [l, H, H].</summary>
    public Parameter Left { get; }

    /// <summary>R, [l, H, H].</summary>
    public Parameter Right { get; }

    /// <summary>b, [l, H].</summary>
    public Parameter Bias { get; }

    /// <summary>s, [H].</summary>
    public Parameter Score { get; }

    /// <summary>One step.</summary>
    /// <param name="x">[B, H].</param>
    /// <param name="h">[B, H]: the state before it.</param>
    /// <returns>[B, H]: the state after it.</returns>
    public override Tensor forward(Tensor x, Tensor h) => Run(x, h).Nodes[^1];

    /// <summary>One step, with what the tree was.</summary>
    /// <param name="x">[B, H].</param>
    /// <param name="h">[B, H]: the state before it.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public SoftStructure Run(Tensor x, Tensor h)
    {
        Check(x, nameof(x));
        Check(h, nameof(h));
        var scores = new List<Tensor>();
        var (left, right) = (Of(x, Left), Of(h, Right));
        // [l, B, H], of all sets; a row's node is of the first or the second alone.
        var linear = left + right + Bias.unsqueeze(1);
        var (z, r) = (linear[0].sigmoid(), linear[1].sigmoid());
        var rh = Mix(Linear(h, r));
        var ht = Mix(Linear(x, rh));
        var om = Mix(1 - (Of(z, Right) + Bias.unsqueeze(1)));
        var zt = Mix(Of(ht, Left) * Of(om, Right) + Bias.unsqueeze(1));
        var zh = Mix(Of(h, Left) * Of(z, Right) + Bias.unsqueeze(1));
        var next = Mix(Linear(zt, zh));
        return new SoftStructure([z, r, rh, ht, om, zt, zh, next], stack(scores));

        Tensor Mix(Tensor candidates)
        {
            var score = candidates.matmul(Score);
            scores.Add(score.t());
            return (score.softmax(0).unsqueeze(2) * candidates).sum([0]);
        }
    }

    private static Tensor Begin(double low, double high, int sets, int size)
    {
        using var others = nn.init.uniform_(zeros(sets - 1, size, size), low, high);
        using var last = eye(size).unsqueeze(0);
        return cat([others, last]);
    }

    private Tensor Linear(Tensor a, Tensor b) => Of(a, Left) + Of(b, Right) + Bias.unsqueeze(1);

    /// <summary>[B, H] by each set: [l, B, H].</summary>
    private static Tensor Of(Tensor rows, Tensor weights) => rows.unsqueeze(0).matmul(weights);

    private void Check(Tensor rows, string name)
    {
        ArgumentNullException.ThrowIfNull(rows, name);
        if (rows.dim() != 2 || rows.shape[1] != Score.shape[0])
            throw new ArgumentException($"{name} is [{string.Join(", ", rows.shape)}]; [B, {Score.shape[0]}] is expected.", name);
    }
}
