using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>The recurrent cell of a model.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CellKind>))]
public enum CellKind
{
    /// <summary>Reversible LSTM (MacKay et al. 2018, section 3.1): hidden and cell state, five gates a half.</summary>
    RevLstm = 0,

    /// <summary>Reversible GRU (MacKay et al. 2018, section 3.1): hidden state only, three gates a half; cheaper, a little less able.</summary>
    RevGru = 1,

    /// <summary>Ordinary LSTM (Hochreiter and Schmidhuber 1997, with forget gate), for comparison. It cannot be reversed.</summary>
    Lstm = 2,

    /// <summary>Ordinary GRU (Cho et al. 2014: the reset gate acts before the matrix product), for comparison. It cannot be reversed.</summary>
    Gru = 3,

    /// <summary>
    /// NF-RevLSTM, a reversible LSTM that cannot forget (MacKay et al. 2018, section 4): hidden and cell state, three gates a half. For study: it needs
    /// no lost bits, but section 4 shows that a reversible cell cannot do without forgetting, not even to repeat each token of a text, for its last
    /// state would have to hold the whole text. Nothing bounds its states: over texts of more than some 250 tokens one may outgrow the fixed-point range
    /// of +-256, and then training and prediction throw <see cref="ReversalException"/>. The forgetting limit has no meaning for it.
    /// </summary>
    NfRevLstm = 4,

    /// <summary>
    /// NF-RevGRU, a reversible GRU that cannot forget: hidden state only, three gates a half. For study, like <see cref="NfRevLstm"/>. The forgetting
    /// limit bounds its z, which here says how little is added, by the same formula.
    /// </summary>
    NfRevGru = 5,

    /// <summary>
    /// Simple recurrent network (Elman 1990): h := tanh(x W + h U + b) with x [I], h [H], W [I, H], U [H, H], b [H]; that of PyTorch's nn.RNN. For
    /// comparison. It cannot be reversed.
    /// </summary>
    Elman = 6,

    /// <summary>
    /// GRU whose reset gate acts after the matrix product, as in PyTorch's nn.GRU and cuDNN: r = sigmoid(x W_r + h U_r + b_r), z likewise;
    /// n = tanh(x W_n + b_in + r (h U_n + b_hn)); h := z h + (1 - z) n, with x [I], h [H], W [I, H] and U [H, H] each, b [H] each. For comparison, and for
    /// weights trained elsewhere. It cannot be reversed.
    /// </summary>
    GruResetAfter = 7,

    /// <summary>
    /// Leaky units (Jaeger et al. 2007; Goodfellow et al. 2016, section 10.9.2): h := alpha h + (1 - alpha) tanh(x W + h U + b), with x [I], h [H], W [I, H], U [H, H], b [H] and
    /// alpha = sigmoid(a) [H], so that a unit remembers for about 1 / (1 - alpha) steps. These time constants start spread over 1 to
    /// <see cref="NetworkOptions.LongestTimeConstant"/>, and are learned unless <see cref="NetworkOptions.LearnsTimeConstants"/> is false. For comparison. It cannot be reversed.
    /// </summary>
    LeakyElman = 8,

    /// <summary>
    /// Reversible leaky units: the H units in two halves of P = H / 2, of which the first reads the second's h before the step and the second the first's after it; for each half
    /// h := alpha h + (1 - alpha) tanh(x W + k U + b), where k [P] is the other half's h. As cheap a reversible cell as there is: one product a half, and a forget gate that does not
    /// depend on the text, bounded by <see cref="NetworkOptions.ForgettingLimit"/>. Time constants as those of <see cref="LeakyElman"/>.
    /// </summary>
    RevLeaky = 9,

    /// <summary>
    /// Nested LSTM (Moniz and Krueger 2017): an LSTM whose cell state is not a sum but the output of an LSTM within it, <see cref="NetworkOptions.NestingDepth"/> D levels deep. For k = 0 ...
    /// D - 1, i, f and o are sigmoids and j a tanh, at level 0 linear, of u W + v U + b, where u [I] and v [H] are x and h at level 0, else the i j and f c of the level before, [H] each;
    /// innermost c := i j + f c; outwards c of a level := o tanh(c) of the one within, and h := o tanh(c) of level 0. For study: D + 1 states, and one product after the other. It cannot be
    /// reversed.
    /// </summary>
    NestedLstm = 10,

    /// <summary>
    /// Elman's cell with a hidden layer in each of the three places of a step (Pascanu et al. 2014, DOT-RNN), all of H units: e = tanh(x U + b_e); s = tanh(e A + h B + b_s); h := tanh(s C + b_h);
    /// y = tanh(h E + b_y), with x [I], h [H], U [I, H] and the others [H, H]; layers above and heads read y. For study. It cannot be reversed.
    /// </summary>
    DeepTransition = 11,

    /// <summary>
    /// <see cref="DeepTransition"/> with a shortcut past the hidden layer of the transition, h := tanh(s C + h D + b_h) with D [H, H], so that a gradient passes one nonlinearity a step
    /// instead of two (Pascanu et al. 2014, DT(S)-RNN).
    /// </summary>
    DeepTransitionShortcut = 12,

    /// <summary>
    /// GRU whose structure depends on what it reads, in a small form of Qian, Kennedy and Klabjan (2019): a GRU (<see cref="Gru"/>) with K = <see cref="NetworkOptions.MixtureSize"/> sets of
    /// weights, of which each step takes one: c, the largest of w = softmax(x U_w + h V_w + b_w) [K]. z and r are sigmoids of K w_c (x U_c + h V_c + b_c), and g = tanh of
    /// K w_c (x U_c + (r h) V_c + b_c); h := z h + (1 - z) g, with x [I], h [H], U [I, H], V [H, H], b [H] each. The gradient by w is the straight-through one, as if all sets were mixed. Which set is taken
    /// at each token, <see cref="CellMixture"/> tells. For study: it costs one GRU in prediction, and K in training. It cannot be reversed.
    /// </summary>
    MixedGru = 13,

    /// <summary>
    /// Unitary RNN (Arjovsky, Shah and Bengio 2016): h := z / |z| relu(|z| + b) with z = W h + V x, on n = H / 2 complex units of which the outputs have real and imaginary
    /// parts; x [I], V [n, I], b [n] and a W [n, n] of 7 n learned values that is unitary whatever they are, so that gradients do not vanish over long texts. For study;
    /// powers of two are fastest for n. It cannot be reversed. <see cref="LanguageModelOptions.WeightDropout"/>, which would leave W no longer unitary, is refused.
    /// </summary>
    Unitary = 16,
}
