using Microsoft.ML.RevRnn.Training;
using Microsoft.ML.RevRnn.TrainingSupport;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A trainer of which each question whether to go on is seen.</summary>
internal sealed class AskedTrainer(INetworkTrainer trainer, Func<Func<bool>, bool> asked) : ForwardingTrainer(trainer)
{
    public override Func<bool>? IsInterrupted
    {
        set => base.IsInterrupted = () => asked(value!);
    }
}
