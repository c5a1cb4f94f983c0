using Microsoft.ML.RevRnn.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// The copy task of the neural Turing machine (Graves, Wayne and Danihelka 2014, section 4.1): L tokens of random bits, a delimiter on a channel of its own, and then, reading nothing, the same tokens again. A batch's
/// sequences are of one length, drawn from 1 to the longest that is learned from.
/// </summary>
internal static class BitCopying
{
    public const int Width = 4, Longest = 10, MemoryRows = 32;

    private const int Batch = 16, MemoryWidth = 10, ControllerSize = 50;
    private const double LearningRate = 1e-3, LargestGradient = 10;

    /// <summary>The machine, and an LSTM of as many learned values.</summary>
    public static (nn.Module<Tensor, Tensor> Machine, nn.Module<Tensor, Tensor> Lstm) Create(int seed)
    {
        random.manual_seed(seed);
        var machine = new NeuralTuringMachine(Width + 1, Width, ControllerSize, MemoryRows, MemoryWidth);
        var (values, units) = (Count(machine), 1);
        while (LstmCount(units + 1) <= values)
            units++;
        return (machine, new PlainLstm(units));
    }

    public static long Count(nn.Module module) => module.parameters().Sum(parameter => parameter.numel());

    /// <summary>Learns from a number of batches.</summary>
    public static void Train(nn.Module<Tensor, Tensor> module, int updates, int seed)
    {
        random.manual_seed(seed);
        var lengths = new Random(seed);
        using var optimizer = optim.RMSProp(module.parameters(), LearningRate, alpha: 0.95, momentum: 0.9);
        for (var update = 0; update < updates; update++)
        {
            using var scope = NewDisposeScope();
            var (input, bits) = Draw(lengths.Next(1, Longest + 1), Batch);
            optimizer.zero_grad();
            nn.functional.binary_cross_entropy_with_logits(module.call(input)[^(int)bits.shape[0]..], bits).backward();
            nn.utils.clip_grad_value_(module.parameters(), LargestGradient);
            optimizer.step();
        }
    }

    /// <summary>Wrong bits of a sequence, the mean of a hundred; who guesses has half of them wrong.</summary>
    public static double WrongBits(nn.Module<Tensor, Tensor> module, int length)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        random.manual_seed(1_000 + length);
        var (input, bits) = Draw(length, 100);
        return (module.call(input)[^length..].gt(0).to(ScalarType.Float32) - bits).abs().sum().item<float>() / 100;
    }

    /// <summary>[2 L + 1, B, width + 1], and [L, B, width].</summary>
    private static (Tensor Input, Tensor Bits) Draw(int length, int batch)
    {
        var bits = randint(0, 2, [length, batch, Width]).to(ScalarType.Float32);
        var input = zeros(2 * length + 1, batch, Width + 1);
        input[..length, .., ..Width] = bits;
        input[length, .., Width] = ones(batch);
        return (input, bits);
    }

    private static long LstmCount(long units) => 4 * units * (Width + 1 + units + 2) + Width * (units + 1);

    private sealed class PlainLstm : nn.Module<Tensor, Tensor>
    {
        private readonly LSTM _lstm;
        private readonly Linear _output;

        public PlainLstm(long units)
            : base(nameof(PlainLstm))
        {
            _lstm = nn.LSTM(Width + 1, units);
            _output = nn.Linear(units, Width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _output.call(_lstm.call(input).Item1);
    }
}
