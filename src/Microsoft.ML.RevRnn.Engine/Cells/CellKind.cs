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
    /// Unitary RNN (Arjovsky, Shah and Bengio 2016): h := z / |z| relu(|z| + b) with z = W h + V x, on n = H / 2 complex units of which the outputs have real and imaginary
    /// parts; x [I], V [n, I], b [n] and a W [n, n] of 7 n learned values that is unitary whatever they are, so that gradients do not vanish over long texts. For study;
    /// powers of two are fastest for n. It cannot be reversed. <see cref="LanguageModelOptions.WeightDropout"/>, which would leave W no longer unitary, is refused.
    /// </summary>
    Unitary = 16,
}
