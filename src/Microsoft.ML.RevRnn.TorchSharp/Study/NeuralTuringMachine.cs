using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// A neural Turing machine (Graves, Wayne and Danihelka 2014) for study: an LSTM controller, one head that reads and one that writes, and a memory of N rows of M values. From
/// inputs [T, B, I] to outputs [T, B, O], raw. At each step the controller reads the input and what the head read before; the head then reads the memory before the other one
/// writes it. The memory begins as fixed random numbers within 1 / sqrt(N + M), and weights as zeros, so that the first addresses are by content alone.
/// </summary>
public sealed class NeuralTuringMachine : nn.Module<Tensor, Tensor>
{
    private readonly int _controllerSize;
    private readonly Tensor _start;
    private readonly LSTMCell _controller;
    private readonly Linear _read, _write, _output;

    /// <param name="inputs">I.</param>
    /// <param name="outputs">O.</param>
    /// <param name="controllerSize">Units of the controller; 100 in the paper's copy task.</param>
    /// <param name="rows">N; 128 there.</param>
    /// <param name="width">M; 20 there.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public NeuralTuringMachine(int inputs, int outputs, int controllerSize = 100, int rows = 128, int width = 20)
        : base(nameof(NeuralTuringMachine))
    {
        foreach (var (name, size) in (ReadOnlySpan<(string, int)>)
            [(nameof(inputs), inputs), (nameof(outputs), outputs), (nameof(controllerSize), controllerSize), (nameof(rows), rows), (nameof(width), width)])
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, name);
        }
        _controllerSize = controllerSize;
        _start = (rand(rows, width) * 2 - 1) / Math.Sqrt(rows + width);
        _controller = nn.LSTMCell(inputs + width, controllerSize);
        _read = Head(controllerSize, NtmAddressing.ReadSize(width));
        _write = Head(controllerSize, NtmAddressing.WriteSize(width));
        _output = nn.Linear(controllerSize + width, outputs);
        RegisterComponents();
    }

    /// <summary>Runs sequences of one length.</summary>
    /// <param name="input">[T, B, I].</param>
    /// <returns>[T, B, O].</returns>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var (steps, batch, rows) = (input.shape[0], input.shape[1], _start.shape[0]);
        var memory = _start.unsqueeze(0).expand(batch, -1, -1);
        var (reads, writes) = (zeros(batch, rows), zeros(batch, rows));
        var read = zeros(batch, _start.shape[1]);
        var state = (zeros(batch, _controllerSize), zeros(batch, _controllerSize));
        var outputs = new Tensor[steps];
        for (var t = 0; t < steps; t++)
        {
            state = _controller.call(cat([input[t], read], 1), state);
            reads = NtmAddressing.Address(_read.call(state.Item1), memory, reads).Weights;
            read = NtmAddressing.Read(reads, memory);
            var writing = _write.call(state.Item1);
            writes = NtmAddressing.Address(writing, memory, writes).Weights;
            memory = NtmAddressing.Write(writing, writes, memory);
            outputs[t] = _output.call(cat([state.Item1, read], 1));
        }
        return stack(outputs);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var owned in (ReadOnlySpan<IDisposable>)[_start, _controller, _read, _write, _output])
                owned.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>A head's map, by Glorot's rule with gain 1.4, and biases about zero.</summary>
    private static Linear Head(int inputs, int outputs)
    {
        var head = nn.Linear(inputs, outputs);
        nn.init.xavier_uniform_(head.weight, 1.4);
        nn.init.normal_(head.bias!, 0, 0.01);
        return head;
    }
}
